//! The columns of keys and of contracts, named as the fields of their bodies. One list is written, and the other read, by
//! these enumerations, so that what is exported can be imported.

use std::fmt;

use domain::Contact;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A column of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "camelCase", ascii_case_insensitive)]
pub enum KeyColumn {
    KeyId,
    AutomatId,
    LockerIndex,
    Shared,
    ReturnCode,
    Property,
}

/// A column of contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractColumn {
    Own(OwnColumn),
    /// Of a contact, which is numbered from 0: `contacts[0].email`.
    Contact(usize, ContactColumn),
}

/// A column of the contract itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "camelCase", ascii_case_insensitive)]
pub enum OwnColumn {
    ContractId,
    /// Several in a cell.
    KeyIds,
    Person,
    Start,
    End,
    Permanent,
    /// Read only: PINs are not exported.
    Pin,
    Schedule,
    FreeText,
}

/// A column of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "camelCase", ascii_case_insensitive)]
pub enum ContactColumn {
    Name,
    Email,
    PhoneNumber,
    SendEmail,
    SendSms,
    Language,
    /// Several in a cell.
    AdditionalMessages,
}

impl KeyColumn {
    /// Accepts its name in upper or lower case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

impl ContractColumn {
    /// Accepts its name in upper or lower case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if let Ok(own) = name.parse() {
            return Some(Self::Own(own));
        }
        let (index, of_contact) = name.split_once('[')?.1.split_once("].")?;
        let is_contact = name.len() >= CONTACTS.len() && name[..CONTACTS.len()].eq_ignore_ascii_case(CONTACTS);
        let index = (0..Contact::MAX_PER_CONTRACT).find(|number| number.to_string() == index)?;
        of_contact.parse().ok().filter(|_| is_contact).map(|column| Self::Contact(index, column))
    }

    /// The columns of a table whose contracts have at most so many contacts.
    #[must_use]
    pub fn exported(contacts: usize) -> Vec<Self> {
        let own = OwnColumn::VARIANTS.iter().filter(|column| **column != OwnColumn::Pin).map(|own| Self::Own(*own));
        let of_contact = |index| ContactColumn::VARIANTS.iter().map(move |column| Self::Contact(index, *column));
        own.chain((0..contacts).flat_map(of_contact)).collect()
    }

    /// The names of all columns, for whoever wrote another.
    #[must_use]
    pub fn names() -> String {
        let own = OwnColumn::VARIANTS.iter().map(|own| <&str>::from(*own).to_owned());
        let of_contact = ContactColumn::VARIANTS.iter().map(|column| Self::Contact(0, *column).to_string());
        own.chain(of_contact).collect::<Vec<_>>().join(", ") + " (contacts are numbered from 0 to 9)"
    }
}

const CONTACTS: &str = "contacts[";

impl fmt::Display for KeyColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str((*self).into())
    }
}

impl fmt::Display for ContractColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(own) => f.write_str((*own).into()),
            Self::Contact(index, column) => write!(f, "{CONTACTS}{index}].{}", <&str>::from(*column)),
        }
    }
}

/// Several values in one cell. None of them has a space.
#[must_use]
pub fn cell_of_list(values: &[impl AsRef<str>]) -> String {
    values.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ")
}

/// Empty for false, which is what an empty cell means.
#[must_use]
pub fn cell_of_truth(truth: bool) -> String {
    if truth { "true".to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_read_by_its_name_in_any_case() {
        for column in ContractColumn::exported(10).into_iter().chain([ContractColumn::Own(OwnColumn::Pin)]) {
            let name = column.to_string();
            for name in [name.to_uppercase(), name.to_lowercase(), name] {
                assert_eq!(ContractColumn::parse(&name), Some(column), "{name}");
            }
        }
        for column in KeyColumn::VARIANTS {
            assert_eq!(KeyColumn::parse(&column.to_string().to_uppercase()), Some(*column));
        }
    }

    #[test]
    fn other_names_are_unknown() {
        for name in [
            "",
            "name",
            "keyId",
            "contacts",
            "contacts[10].name",
            "contacts[01].name",
            "contacts[0]name",
            "contacts[].name",
            "contact[0].name",
            "ä[0].name",
            "contacts[0].fax",
            "person ",
        ] {
            assert_eq!(ContractColumn::parse(name), None, "{name}");
        }
        assert_eq!(KeyColumn::parse("version"), None);
    }
}
