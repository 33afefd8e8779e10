//! Tokens: a short JWT (HS256) that names a session, or a device on which an account has signed in. Rights
//! are never read from it.

use crate::config::Secret;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const ISSUER: &str = "issues-and-insights";
const AUDIENCE: &str = "session";
const DEVICE_AUDIENCE: &str = "device";
/// Longest token that is looked at, in bytes.
const LENGTH_MAX: usize = 2_048;

/// Seconds that the cookie's token lasts; it is renewed while it is used.
pub const COOKIE_SECONDS: i64 = 7 * 24 * 3600;
/// The cookie's token is renewed when it is older than this, in seconds.
pub const RENEW_AFTER_SECONDS: i64 = 3600;
/// Seconds that a device is known after the last sign-in there.
pub const DEVICE_SECONDS: i64 = 180 * 24 * 3600;
/// Seconds that a program's token lasts.
pub const TOKEN_SECONDS: i64 = 3600;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// Account.
    pub sub: Uuid,
    /// Session, or device.
    pub sid: Uuid,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Ends at, seconds since 1970.
    pub exp: i64,
}

/// Keys that sign and verify.
pub struct Keys {
    signing: EncodingKey,
    verifying: Vec<DecodingKey>,
    validation: Validation,
    device_validation: Validation,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// The first key signs, all verify.
    #[must_use]
    pub fn new(secrets: &[Secret]) -> Self {
        let first = secrets.first().map(|s| s.0.as_bytes()).unwrap_or_default();
        Self {
            signing: EncodingKey::from_secret(first),
            verifying: secrets
                .iter()
                .map(|s| DecodingKey::from_secret(s.0.as_bytes()))
                .collect(),
            validation: validation(AUDIENCE),
            device_validation: validation(DEVICE_AUDIENCE),
        }
    }

    /// Signs a token for a session.
    ///
    /// # Errors
    /// Never with the keys that [`crate::config`] accepts.
    pub fn sign(
        &self,
        account: Uuid,
        session: Uuid,
        now: i64,
        lasts: i64,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        self.encoded(AUDIENCE, account, session, now, lasts)
    }

    /// Signs what a device keeps on which an account has just signed in.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub fn sign_device(
        &self,
        account: Uuid,
        device: Uuid,
        now: i64,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        self.encoded(DEVICE_AUDIENCE, account, device, now, DEVICE_SECONDS)
    }

    fn encoded(
        &self,
        audience: &str,
        account: Uuid,
        session: Uuid,
        now: i64,
        lasts: i64,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = Claims {
            iss: ISSUER.to_string(),
            aud: audience.to_string(),
            sub: account,
            sid: session,
            iat: now,
            exp: now + lasts,
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
    }

    /// What a token says, when one of our keys signed it and it has not ended.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<Claims> {
        self.decoded(&self.validation, token)
    }

    /// Account and device of what a device kept, when it holds.
    #[must_use]
    pub fn verify_device(&self, token: &str) -> Option<(Uuid, Uuid)> {
        let claims = self.decoded(&self.device_validation, token)?;
        Some((claims.sub, claims.sid))
    }

    fn decoded(&self, validation: &Validation, token: &str) -> Option<Claims> {
        if token.len() > LENGTH_MAX {
            return None;
        }
        self.verifying
            .iter()
            .find_map(|key| decode::<Claims>(token, key, validation).ok())
            .map(|data| data.claims)
            .filter(|claims| claims.iat <= claims.exp)
    }
}

fn validation(audience: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iat", "sub", "iss", "aud"]);
    validation.leeway = 0;
    validation
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    const KEY: &str = "0123456789abcdef0123456789abcdef";

    fn keys(secrets: &[&str]) -> Keys {
        Keys::new(
            &secrets
                .iter()
                .map(|s| Secret((*s).to_string()))
                .collect::<Vec<_>>(),
        )
    }

    fn now() -> i64 {
        chrono::Utc::now().timestamp()
    }

    fn good_claims() -> Value {
        json!({"iss": ISSUER, "aud": AUDIENCE, "sub": Uuid::from_u128(1), "sid": Uuid::from_u128(2), "iat": now(), "exp": now() + 60})
    }

    fn signed(header: &Header, claims: &Value, key: &str) -> String {
        encode(header, claims, &EncodingKey::from_secret(key.as_bytes())).unwrap()
    }

    fn raw(header: &Value, claims: &Value, signature: &str) -> String {
        let part = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
        format!("{}.{}.{signature}", part(header), part(claims))
    }

    #[test]
    fn our_own_token_is_accepted_and_an_older_key_still_verifies() {
        let old = keys(&[KEY]);
        let token = old
            .sign(Uuid::from_u128(1), Uuid::from_u128(2), now(), 60)
            .unwrap();
        assert_eq!(old.verify(&token).unwrap().sid, Uuid::from_u128(2));
        assert!(
            keys(&["another-key-another-key-another-key", KEY])
                .verify(&token)
                .is_some()
        );
        assert!(
            keys(&["another-key-another-key-another-key"])
                .verify(&token)
                .is_none()
        );
    }

    #[test]
    fn what_a_device_keeps_signs_nobody_in_and_a_session_is_no_device() {
        let keys = keys(&[KEY]);
        let (account, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let device = keys.sign_device(account, other, now()).unwrap();
        assert_eq!(keys.verify_device(&device), Some((account, other)));
        assert!(keys.verify(&device).is_none());
        let session = keys.sign(account, other, now(), 60).unwrap();
        assert_eq!(keys.verify_device(&session), None);
        let long_ago = now() - DEVICE_SECONDS - 1;
        let device = keys.sign_device(account, other, long_ago).unwrap();
        assert_eq!(keys.verify_device(&device), None);
    }

    #[test]
    fn forged_tokens_are_refused() {
        let keys = keys(&[KEY]);
        let good = good_claims();
        let with = |name: &str, value: Value| {
            let mut claims = good.clone();
            claims[name] = value;
            claims
        };
        let without = |name: &str| {
            let mut claims = good.clone();
            claims.as_object_mut().unwrap().remove(name);
            claims
        };
        let hs256 = Header::new(Algorithm::HS256);
        assert!(
            keys.verify(&signed(&hs256, &good, KEY)).is_some(),
            "the positive control"
        );

        let mut forged: Vec<(String, String)> = Vec::new();
        for alg in ["none", "None", "nOnE", "HS384", "RS256", ""] {
            forged.push((
                format!("alg {alg}"),
                raw(&json!({"alg": alg, "typ": "JWT"}), &good, ""),
            ));
            forged.push((
                format!("alg {alg} signed"),
                raw(&json!({"alg": alg, "typ": "JWT"}), &good, "c2ln"),
            ));
        }
        forged.push((
            "HS384 with the right key".into(),
            signed(&Header::new(Algorithm::HS384), &good, KEY),
        ));
        forged.push((
            "other key".into(),
            signed(&hs256, &good, "fedcba9876543210fedcba9876543210"),
        ));
        forged.push(("empty key".into(), signed(&hs256, &good, "")));
        let token = signed(&hs256, &good, KEY);
        let parts: Vec<&str> = token.split('.').collect();
        forged.push(("no signature".into(), format!("{}.{}.", parts[0], parts[1])));
        forged.push(("two parts".into(), format!("{}.{}", parts[0], parts[1])));
        forged.push(("four parts".into(), format!("{token}.x")));
        for header in [
            json!({"alg":"HS256","kid":"../../dev/null"}),
            json!({"alg":"HS256","jku":"https://evil.example"}),
            json!({"alg":"HS256","jwk":{"kty":"oct","k":"AA"}}),
            json!({"alg":"HS256","x5u":"https://evil.example"}),
        ] {
            forged.push((format!("{header}"), raw(&header, &good, parts[2])));
        }
        for name in ["exp", "iat", "sub", "sid", "iss", "aud"] {
            forged.push((
                format!("without {name}"),
                signed(&hs256, &without(name), KEY),
            ));
        }
        for (name, value) in [
            ("exp", json!("never")),
            ("exp", json!("9999999999")),
            ("exp", json!(-1)),
            ("exp", json!(now() - 1)),
            ("exp", json!(1e300)),
            ("iat", json!("0")),
            ("iss", json!("other")),
            ("aud", json!("password-reset")),
            ("aud", json!(["other"])),
            ("sub", json!("admin")),
            ("sub", json!(1)),
            ("sid", json!(null)),
        ] {
            forged.push((
                format!("{name} {value}"),
                signed(&hs256, &with(name, value), KEY),
            ));
        }
        forged.push(("long".into(), format!("{token}{}", "a".repeat(100_000))));
        forged.push(("empty".into(), String::new()));
        for (what, token) in forged {
            assert!(keys.verify(&token).is_none(), "{what}");
        }
    }
}
