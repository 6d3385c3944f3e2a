//! Which keys and tokens are found, and which words alone are none.

use super::*;

/// A private key's head line, put together so that this file holds none.
fn head(kind: &str) -> String {
    format!("-----{} {kind}-----", "BEGIN")
}

#[test]
fn private_keys_are_found_and_the_words_alone_are_not() {
    let rsa = head("RSA PRIVATE KEY");
    let pkcs8 = head("PRIVATE KEY");
    let body = "MIIEpAIBAAKCAQEA7bq98a";
    let cases: Vec<(String, &[usize])> = vec![
        (format!("{rsa}\nAAAA\n"), &[1]),
        (format!("x\n{rsa}\n{body}\n"), &[2]),
        (format!("{rsa}\r\n{body}\r\n"), &[1]),
        (format!("{rsa}\nProc-Type: 4,ENCRYPTED\n"), &[1]),
        (format!("{rsa}\n"), &[1]),
        (format!("key = \"{pkcs8}\\n{body}\\n\"\n"), &[1]),
        (format!("key = (\"{pkcs8}\\n\"\n       \"{body}\\n\")\n"), &[1]),
        (format!("key = (\n    b'{pkcs8}\\n'\n    b'{body}\\n'\n)\n"), &[2]),
        (format!("key = (rf\"{pkcs8}\\n\"\n       Rb\"{body}\\n\")\n"), &[1]),
        (format!("$key = '{pkcs8}' . \"\\n\"\n    . '{body}' . \"\\n\";\n"), &[1]),
        (format!("if line == b'{rsa}':\n    b = someVeryLongFunctionName(line)\n"), &[]),
        (format!("x = ['{rsa}', buffersOfManyLettersAndMore]\n"), &[]),
        (format!("# {}\n# {body}\n", head("OPENSSH PRIVATE KEY")), &[1]),
        (format!("  {}\n\n  {body}\n", head("PGP PRIVATE KEY BLOCK")), &[1]),
        (format!("{rsa}\n").replace('\n', "\n\0") + body, &[1]),
        (format!("if line == \"{rsa}\":\n    someVeryLongFunctionName(line)\n"), &[]),
        (format!("The head line `{rsa}` begins it.\n"), &[]),
        (format!("{pkcs8}\n...\n"), &[]),
        (format!("{pkcs8}\n{body}...\n"), &[]),
        (format!("{pkcs8}\nYOUR_PRIVATE_KEY\n"), &[]),
        (format!("{}\n{body}\n", head("PUBLIC KEY")), &[]),
        (format!("{}\n{body}\n", head("CERTIFICATE")), &[]),
    ];
    let secrets = Secrets::new();
    for (text, expected) in cases {
        let faults = secrets.find(text.as_bytes(), (true, true));
        let lines: Vec<usize> = faults.iter().filter_map(|fault| fault.line).collect();
        assert_eq!(lines, expected, "{text}");
        assert!(faults.iter().all(|fault| !fault.message.contains("MII")), "the value is never shown");
        assert_eq!(secrets.find(text.as_bytes(), (false, true)), vec![]);
    }
}

#[test]
fn tokens_are_found_and_examples_are_not() {
    let value = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6";
    let digits = "0123456789ab";
    let upper = "Q3EGRTZ7KLMNOP4V";
    let cases: Vec<(String, bool)> = vec![
        (format!("AKIA{upper}"), true),
        (format!("id={}{upper};", "AKIA"), true),
        (format!("xAKIA{upper}"), false),
        (format!("AKIA{upper}Z"), false),
        ("AKIAIOSFODNN7EXAMPLE".into(), false),
        (format!("ABIA{}", "QZEGRTZXKWMHOPUV"), true),
        (format!("ASIA{}", "THISISMYBIGKEYOK"), false),
        (format!("AKIA{}", "ABCDEFGHIJKLMNOP"), false),
        (format!("AKIA{}", "Q8EGRTZ7KLMNOP4V"), false),
        (format!("aws_secret_access_key = \"{}\"", &value[..40]), true),
        (format!("aws_secret_access_key = {}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), false),
        ("aws_secret_access_key = os.environ[\"AWS\"]".into(), false),
        (format!("ghp_{}", &value[..36]), true),
        (format!("token: ghs_{}\n", &value[..36]), true),
        (format!("ghp_{}", "x".repeat(36)), false),
        (format!("ghp_{}", &value[..20]), false),
        (format!("url = 'a\\nghp_{}'", &value[..36]), true),
        (format!("token%3Dghp_{}", &value[..36]), true),
        (format!("token\\u003dghp_{}", &value[..36]), true),
        (format!("nghp_{}", &value[..36]), false),
        (format!("ghp_{}", "1234567890abcdef1234567890abcdef1234"), false),
        (format!("ghp_{}", "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"), false),
        (format!("ghp_{}", "q7Wd9Kx2q7Wd9Kx2q7Wd9Kx2q7Wd9Kx2q7Wd"), false),
        (format!("secretAccessKey: '{}'", &value[..40]), true),
        (format!("AWS_SECRET_KEY={}", &value[..40]), true),
        (format!("sk-{}T3Blbk{}{}", &value[..20], "FJ", &value[10..30]), true),
        (format!("sk-svcacct-{value}"), true),
        (format!("sk-admin-{value}"), true),
        (format!("{}T3Blbk{}{}", &value[..20], "FJ", &value[10..30]), false),
        (format!("glrt-{}", &value[..20]), true),
        (format!("gldt-{}", &value[..20]), true),
        (format!("hvs.{}", &value[..24]), true),
        ("hvs.do_something_with_the_vault_now()".into(), false),
        (format!("{}.atlasv1.{value}{value:.12}", &value[..14]), true),
        (format!("{}.atlasv1.{value}{value:.12}", &value[..9]), false),
        (format!("twilio_key = 'SK{}'", "0f1e9d2c8b3a7f6e5d4c1b2a0f9e8d7c"), true),
        (format!("key = 'SK{}'", "0f1e9d2c8b3a7f6e5d4c1b2a0f9e8d7c"), false),
        (format!("AccountKey={value}{value:.34}==;EndpointSuffix=x"), true),
        (format!("AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1{value}{value:.2}=="), false),
        (format!("github_pat_{}_{value}", &value[..22]), true),
        (format!("xoxb-{digits}-{digits}-{}", &value[..24]), true),
        ("xoxb-your-token-here-please".into(), false),
        (format!("xoxc-{digits}-{digits}-{}", &value[..24]), true),
        (format!("xoxz-{digits}-{digits}-{}", &value[..24]), false),
        (format!("shpss_{}", "0f1e9d2c8b3a7f6e5d4c1b2a0f9e8d7c"), true),
        (format!("shp_{}", "0f1e9d2c8b3a7f6e5d4c1b2a0f9e8d7c"), false),
        (format!("dckr_oat_{}", &value[..32]), true),
        (format!("sk-or-v1-{value}"), true),
        (format!("risk-or-v1-{value}"), false),
        (format!("gsk_{value:.52}"), true),
        (format!("glptt-{}", "0f1e9d2c8b3a7f6e5d4c1b2a0f9e8d7c0a1b2c3d"), true),
        (format!("figd_{value:.40}"), true),
        (format!("AIza{}", &value[..35]), true),
        (format!("sk_live_{}", &value[..24]), true),
        (format!("sk_test_{}", &value[..24]), false),
        (format!("npm_{}", &value[..36]), true),
        ("npm_config_registry_and_more_words_follow_here".into(), false),
        (format!("pypi-AgEIcHlwaS5vcmc{value}{value}"), true),
        (format!("glpat-{}", &value[..20]), true),
        (format!("dapi{}", "0f1e9d2c8b3a7f6e5d4c1b2a0f9e8d7c"), true),
        (format!("rapidapi{}", "0f1e9d2c8b3a7f6e5d4c1b2a0f9e8d7c"), false),
        (format!("glsa_{}_0f1e9d2c", &value[..32]), true),
        (format!("lin_api_{}", &value[..40]), true),
        (format!("dp.pt.{}", &value[..43]), true),
        (format!("rubygems_{}{}", "0f1e9d2c8b3a7f6e5d4c1b2a0f9e8d7c", "0f1e9d2c8b3a7f6e"), true),
        (format!("https://discord.com/api/webhooks/123456789012345678/{value}{value:.14}"), true),
        (format!("token = {}:AA{}", &digits[..10], &value[..33]), true),
        (format!("token = {digits}:AA{}", &value[..33]), false),
        (format!("token = {}:AA{}", &digits[..9], &value[..33]), true),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl".into(), false),
    ];
    let secrets = Secrets::new();
    for (text, expected) in cases {
        let faults = secrets.find(text.as_bytes(), (true, true));
        assert_eq!(!faults.is_empty(), expected, "{text}");
        for place in 1..=2 {
            let wide: Vec<u8> =
                text.bytes().flat_map(|byte| if place == 1 { [byte, 0] } else { [0, byte] }).collect();
            assert_eq!(!secrets.find(&wide, (true, true)).is_empty(), expected, "{text} as UTF-16");
        }
    }
}
