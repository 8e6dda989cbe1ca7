//! Request bodies: whom a request is about. In the body, because an address must not be in a URL.

use api::problem::FieldCode;
use api::{Check, Problem, WholeNumber, whole_number};
use domain::{Email, Invalid, Name, PersonSearch, PhoneNumber};
use serde::Deserialize;
use store::{Cursor, PageRequest};
use utoipa::ToSchema;

/// The maximum and default number of contracts on a page. A function's response has at most 6 MB.
const LIMIT: u32 = 20;

/// The person whose data is to be exported. At least one of `email`, `phoneNumber` and `person` is required; a match on
/// any of them counts.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PersonalDataExport {
    /// The person's email address; case is ignored.
    email: Option<String>,
    /// The person's phone number in E.164 form, such as `+358401234567`.
    phone_number: Option<String>,
    /// The person's full name; case is ignored. It matches everybody with that name.
    person: Option<String>,
    /// The maximum number of contracts on a page: 1 to 20; default 20.
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 20)]
    limit: Option<WholeNumber>,
    /// `page.next` of the previous page.
    after: Option<String>,
}

/// The person whose data is to be erased. At least one of `email`, `phoneNumber` and `person` is required.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PersonalDataErasure {
    /// The person's email address; case is ignored.
    email: Option<String>,
    /// The person's phone number in E.164 form, such as `+358401234567`.
    phone_number: Option<String>,
    /// The person's full name; case is ignored. It also decides which of the contracts found by an address are the
    /// person's own.
    person: Option<String>,
    /// True to also erase contracts where only the name matches. By default these are only listed.
    everybody_of_that_name: Option<bool>,
    /// The maximum number of contracts on a page: 1 to 20; default 20.
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 20)]
    limit: Option<WholeNumber>,
    /// `page.next` of the previous page.
    after: Option<String>,
}

impl PersonalDataExport {
    pub(crate) fn read(self) -> Result<(PersonSearch, PageRequest), Problem> {
        let mut check = Check::new();
        let search = search(&mut check, self.email.as_deref(), self.phone_number.as_deref(), self.person.as_deref());
        let page = page(&mut check, self.limit, self.after.as_deref());
        check.finish(|| Some((search?, page?)))
    }
}

impl PersonalDataErasure {
    pub(crate) fn read(self) -> Result<(PersonSearch, bool, PageRequest), Problem> {
        let mut check = Check::new();
        let search = search(&mut check, self.email.as_deref(), self.phone_number.as_deref(), self.person.as_deref());
        let everybody = self.everybody_of_that_name.unwrap_or_default();
        if everybody && self.person.is_none() {
            check.refuse("person", FieldCode::Required, "is required when everybodyOfThatName is true");
        }
        let page = page(&mut check, self.limit, self.after.as_deref());
        check.finish(|| Some((search?, everybody, page?)))
    }
}

fn search(
    check: &mut Check,
    email: Option<&str>,
    phone_number: Option<&str>,
    person: Option<&str>,
) -> Option<PersonSearch> {
    if email.or(phone_number).or(person).is_none() {
        check.refuse("email", FieldCode::Required, "is required, or else phoneNumber or person");
    }
    let email = check.optional("email", email, Email::parse);
    let phone_number = check.optional("phoneNumber", phone_number, PhoneNumber::parse_for_search);
    PersonSearch::new(email, phone_number, check.optional("person", person, Name::parse))
}

fn page(check: &mut Check, limit: Option<WholeNumber>, after: Option<&str>) -> Option<PageRequest> {
    let within =
        |limit| (1..=LIMIT).contains(&limit).then_some(limit).ok_or(Invalid::OutOfRange { min: 1, max: LIMIT });
    let limit = check.optional("limit", Some(limit.map_or(i64::from(LIMIT), i64::from)), whole_number(within))?;
    Some(PageRequest { limit: usize::try_from(limit).ok()?, after: after.map(Cursor::from_client) })
}
