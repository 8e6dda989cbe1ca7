//! What a message tells, from the contract, its key and its automat.

use domain::{AutomatId, Contract, Facts, Name, Place, Property, TimeZone};

use crate::items::{AutomatItem, valid};
use crate::{Error, Store};

impl Store {
    /// What is told of a contract, as it stands. An automat that is gone already, right after the last of its keys,
    /// goes by its identifier, and its times by UTC.
    pub(crate) async fn facts(
        &self,
        contract: &Contract,
        automat: &AutomatId,
        property: Property,
    ) -> Result<Facts, Error> {
        let place = match self.get(&AutomatItem::key(automat)).await? {
            Some(item) => {
                let automat = AutomatItem::read(item)?.automat;
                Place { name: automat.name, location: automat.location, time_zone: automat.time_zone }
            }
            None => Place { name: valid(Name::parse(automat.as_str()))?, location: None, time_zone: TimeZone::UTC },
        };
        Ok(Facts {
            key: contract.key.clone(),
            contract: contract.id.clone(),
            person: contract.person.clone(),
            range: contract.range,
            pin: contract.pin.clone(),
            free_text: contract.free_text.clone(),
            property,
            place,
        })
    }
}
