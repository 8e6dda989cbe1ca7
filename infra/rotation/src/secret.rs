//! The text in Secrets Manager: a line with the master secret, and a second line during a rotation.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Random;
use store::CodeKeyring;

/// The master secret, and the other one during a rotation.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct MasterSecret {
    current: String,
    other: Option<String>,
}

/// The step does not fit the present state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("the secret does not consist of one or two lines")]
    Form,
    #[error("there are two secrets: a rotation is in progress. `status` shows how far it is")]
    Two,
    #[error("there is only one secret: no rotation is in progress")]
    One,
}

impl MasterSecret {
    pub(crate) fn parse(text: &str) -> Result<Self, SecretError> {
        let lines: Vec<_> = text.split('\n').collect();
        match lines[..] {
            [current] if !current.is_empty() => Ok(Self { current: current.to_owned(), other: None }),
            [current, other] if !current.is_empty() && !other.is_empty() && current != other => {
                Ok(Self { current: current.to_owned(), other: Some(other.to_owned()) })
            }
            _ => Err(SecretError::Form),
        }
    }

    /// The text. It must not reach a log, an error or a command line.
    pub(crate) fn reveal(&self) -> String {
        match &self.other {
            None => self.current.clone(),
            Some(other) => format!("{}\n{other}", self.current),
        }
    }

    /// The master secret as functions read it.
    pub(crate) fn codes(&self) -> Result<CodeKeyring, store::Error> {
        CodeKeyring::new(self.reveal().as_bytes())
    }

    pub(crate) fn is_rotating(&self) -> bool {
        self.other.is_some()
    }

    /// Adds another secret: 384 random bits.
    pub(crate) fn begun(self, random: &Random) -> Result<Result<Self, SecretError>, store::Error> {
        let fresh = URL_SAFE_NO_PAD.encode(random.bytes::<48>()?);
        Ok(match self.other {
            Some(_) => Err(SecretError::Two),
            None => Ok(Self { other: Some(fresh), ..self }),
        })
    }

    pub(crate) fn swapped(self) -> Result<Self, SecretError> {
        let other = self.other.ok_or(SecretError::One)?;
        Ok(Self { current: other, other: Some(self.current) })
    }

    pub(crate) fn ended(self) -> Result<Self, SecretError> {
        match self.other {
            None => Err(SecretError::One),
            Some(_) => Ok(Self { other: None, ..self }),
        }
    }
}

impl fmt::Debug for MasterSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> MasterSecret {
        MasterSecret::parse(text).unwrap()
    }

    #[test]
    fn a_secret_has_one_line_or_two_different_ones() {
        assert_eq!(secret("one").reveal(), "one");
        assert_eq!(secret("one\ntwo").reveal(), "one\ntwo");
        for odd in ["", "\n", "one\n", "\ntwo", "one\none", "one\ntwo\nthree"] {
            assert_eq!(MasterSecret::parse(odd), Err(SecretError::Form), "{odd:?}");
        }
        assert_eq!(format!("{:?}", secret("one\ntwo")), "MasterSecret(…)");
    }

    #[test]
    fn steps_can_be_taken_forwards_and_back() {
        let begun = secret("old").begun(&Random::system()).unwrap().unwrap();
        let text = begun.reveal();
        let (old, new) = text.split_once('\n').unwrap();
        assert_eq!((old, new.len()), ("old", 64));
        assert_eq!(begun.clone().ended().unwrap().reveal(), "old", "given up");
        let swapped = begun.clone().swapped().unwrap();
        assert_eq!(swapped.reveal(), format!("{new}\nold"));
        assert_eq!(swapped.clone().swapped().unwrap(), begun, "swapped back");
        assert_eq!(swapped.ended().unwrap().reveal(), new);
    }

    #[test]
    fn a_step_that_does_not_fit_is_refused() {
        assert_eq!(secret("old\nnew").begun(&Random::system()).unwrap(), Err(SecretError::Two));
        assert_eq!(secret("old").swapped(), Err(SecretError::One));
        assert_eq!(secret("old").ended(), Err(SecretError::One));
    }

    #[test]
    fn functions_can_read_the_secret() {
        let long = "0123456789abcdef0123456789abcdef";
        let begun = secret(long).begun(&Random::system()).unwrap().unwrap();
        let automat = domain::AutomatId::parse("lobby").unwrap();
        let key = |text: &str| secret(text).codes().unwrap().device_key(&automat);
        let codes = begun.codes().unwrap();
        assert_eq!(codes.device_key(&automat), key(long));
        let swapped = begun.swapped().unwrap().codes().unwrap();
        assert_eq!(swapped.other_device_key(&automat), Some(key(long)));
        assert_eq!(codes.other_device_key(&automat), Some(swapped.device_key(&automat)));
    }
}
