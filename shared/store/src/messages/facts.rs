//! The content of a message, from the contract, its key and its automat.

use domain::{Automat, AutomatDetails, AutomatId, Contract, Facts, Name, Property, TimeZone};

use crate::items::{AutomatItem, valid};
use crate::{Error, Store};

impl Store {
    /// The facts of a contract as it is now. An automat that has already been removed, right after its last key, is
    /// named by its id, and times are in UTC.
    pub(crate) async fn facts(
        &self,
        contract: &Contract,
        automat: &AutomatId,
        property: Property,
    ) -> Result<Facts, Error> {
        let details = match self.automat_details(automat).await? {
            Some(details) => details,
            None => {
                AutomatDetails { name: valid(Name::parse(automat.as_str()))?, location: None, time_zone: TimeZone::UTC }
            }
        };
        Ok(Facts {
            key: contract.key.clone(),
            contract: contract.id.clone(),
            person: contract.person.clone(),
            range: contract.range,
            pin: contract.pin.clone(),
            schedule: contract.schedule.clone(),
            free_text: contract.free_text.clone(),
            property,
            automat: details,
        })
    }

    /// The automat's name, location and time zone; `None` if it has been removed.
    pub(super) async fn automat_details(&self, automat: &AutomatId) -> Result<Option<AutomatDetails>, Error> {
        let Some(item) = self.get(&AutomatItem::key(automat)).await? else { return Ok(None) };
        let Automat { name, location, time_zone, .. } = AutomatItem::read(item)?.automat;
        Ok(Some(AutomatDetails { name, location, time_zone }))
    }
}
