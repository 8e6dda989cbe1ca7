### Mitä ei voi tehdä: jokaisesta ongelmasta mitä tapahtui ja, jos siitä on apua, mitä voi tehdä.

# Pyynnöt, joita mikään sivumme ei lähetä

refused-malformed-json = Pyyntöä ei voitu lukea
refused-malformed-json-advice = Palaa takaisin, lataa sivu uudelleen ja yritä sitten.
refused-malformed-csv = Tiedostoa ei voitu lukea
refused-malformed-csv-advice = Lähetä otsikkorivillä alkava taulukko, jonka Excel on tallentanut CSV-muotoon.
refused-invalid-request = Osa kentistä on virheellisiä
refused-invalid-request-advice = Palaa takaisin ja tarkista kentät.
refused-body-too-large = Lomake on liian suuri
refused-body-too-large-advice = Palaa takaisin ja lyhennä pisintä tekstiä.
refused-unsupported-media-type = Pyyntöä ei voitu lukea
refused-unsupported-media-type-advice = Palaa takaisin, lataa sivu uudelleen ja yritä sitten.
refused-invalid-query = Osoitteessa on tuntemattomia parametreja
refused-invalid-query-advice = Poista osoitteesta kysymysmerkin jälkeinen osa tai aloita automaateista.
refused-invalid-cursor = Tätä luettelon osaa ei enää ole
refused-invalid-cursor-advice = Aloita luettelon alusta.
refused-invalid-header = Pyyntöä ei voitu lukea
refused-invalid-header-advice = Lataa sivu uudelleen ja yritä sitten.

# Kuka saa

refused-unauthenticated = Et ole kirjautunut sisään
refused-unauthenticated-advice = Mitään ei tehty. Kirjaudu sisään ja yritä uudelleen.
refused-forbidden = { $role ->
    [admin] Tämä on ylläpitäjille
    [operator] Tämä on operaattoreille ja ylläpitäjille
   *[viewer] Sinulla ei ole vielä roolia
}
refused-forbidden-advice = { $role ->
    [admin] Mitään ei tehty. Tämä ei kuulu rooliisi. Pyydä ylläpitäjää tekemään se tai antamaan sinulle ylläpitäjän rooli.
    [operator] Mitään ei tehty. Tämä ei kuulu rooliisi. Pyydä operaattoria tekemään se tai ylläpitäjää antamaan sinulle operaattorin rooli.
   *[viewer] Olet kirjautunut sisään, mutta sinulla ei ole vielä oikeuksia. Pyydä organisaatiosi ylläpitäjältä rooli ja kirjaudu sitten ulos ja uudelleen sisään.
}

# Mitä ei ole

refused-route-not-found = Tällaista sivua ei ole
refused-route-not-found-advice = Osoite voi olla väärin kirjoitettu tai vajaa. Aloita automaateista tai hae avainta.
refused-method-not-allowed = Sivua ei voi käyttää näin
refused-method-not-allowed-advice = Aloita automaateista ja yritä uudelleen.
refused-automat-not-found = Tällaista automaattia ei ole
refused-automat-not-found-advice = Se on ehkä poistettu, tai osoite on väärin kirjoitettu: isot ja pienet kirjaimet ovat eri merkkejä. Automaattien luettelossa ovat kaikki automaatit.
refused-key-not-found = Tällaista avainta ei ole
refused-key-not-found-advice = Se on ehkä poistettu, tai osoite on väärin kirjoitettu: isot ja pienet kirjaimet ovat eri merkkejä. Hae avaimen tunnuksen tai kohteen alulla.
refused-contract-not-found = Tällaista sopimusta ei ole
refused-contract-not-found-advice = Se on ehkä poistettu. Avaimen sivulla ovat kaikki sen sopimukset; kauan sitten päättyneet on poistettu.
refused-locker-not-found = Automaatissa ei ole tällaista lokeroa
refused-locker-not-found-advice = { $lockerCount ->
    [0] Automaatin lokerot näet sen sivulta.
    [one] Siinä on yksi lokero.
   *[other] Siinä on { $lockerCount } lokeroa.
}
refused-opening-not-found = Tällaista avausta ei ole
refused-opening-not-found-advice = Vanhat avaukset poistetaan. Automaatin tapahtumista näet, miten avaus päättyi.
refused-message-not-found = Tällaista viestiä ei ole
refused-message-not-found-advice = Sopimuksen sivulla ovat sen viestit.

# Mikä on jo olemassa

refused-automat-exists = Tämä automaatin tunnus on jo käytössä
refused-automat-exists-advice = Valitse toinen tunnus.
refused-key-exists = Tämä avaimen tunnus on jo käytössä
refused-key-exists-advice = Valitse toinen tunnus. Jos samalla tunnuksella ollut avain poistettiin juuri, odota hetki.
refused-contract-exists = Tällä tunnuksella on jo sopimus
refused-contract-exists-advice = Valitse toinen tunnus tai jätä kenttä tyhjäksi, niin tunnus luodaan.

# Mikä on tiellä

refused-locker-index-too-big = { $lockerCount ->
    [0] Automaatissa ei ole tällaista lokeroa
    [one] Automaatissa on vain yksi lokero
   *[other] Automaatissa on vain { $lockerCount } lokeroa
}
refused-locker-index-too-big-advice = Valitse pienempi numero.
refused-locker-occupied = Lokerossa on jo avain
refused-locker-occupied-advice = Valitse tyhjä lokero.
refused-no-free-locker = Automaatin jokaisessa lokerossa on avain
refused-no-free-locker-advice = Poista ensin jokin avain tai valitse toinen automaatti.
refused-lockers-in-use = Poistuvassa lokerossa on avain: lokeroita on oltava vähintään { $lockersNeeded }
refused-lockers-in-use-advice = Siirrä avain ensin toiseen lokeroon tai poista se.
refused-automat-holds-keys = { $keyCount ->
    [one] Automaatissa on vielä yksi avain
   *[other] Automaatissa on vielä { $keyCount } avainta
}
refused-automat-holds-keys-advice = Poista ensin sen avaimet.
refused-automat-has-contracts = { $contractCount ->
    [one] Yksi automaatin sopimus ei ole vielä päättynyt
   *[other] Automaatin { $contractCount } sopimusta ei ole vielä päättynyt
}
refused-automat-has-contracts-advice = Yhteyshenkilöille on ilmoitettu ajat vanhalla aikavyöhykkeellä. Merkitse ruutu, jos haluat vaihtaa sen ja ilmoittaa heille uudet paikalliset ajat.
refused-return-code-in-use = Automaatin toisella avaimella on tämä palautuskoodi
refused-return-code-in-use-advice = Valitse toinen palautuskoodi.
refused-contracts-overlap = Avaimen sopimukset ovat päällekkäin, joten sen on pysyttävä yhteiskäyttöisenä
refused-contracts-overlap-advice = Siirrä tai poista ensin kunkin parin toinen sopimus.
refused-not-started = Sopimus ei ole vielä alkanut
refused-not-started-advice = Muokkaa sitä tai poista se.
refused-key-out = Avain on noudettu
refused-key-out-advice = Se on jollakulla. Odota, kunnes se on palautettu, tai vahvista, että haluat poistaa avaimen silti.
refused-holder-has-key = Avain on jo noudettu tällä sopimuksella
refused-holder-has-key-advice = Sopimus ei voi alkaa tulevaisuudessa. Päätä se nyt ja luo uusi sopimus, tai odota, kunnes avain on palautettu.
refused-key-being-removed = Avainta poistetaan parhaillaan
refused-key-being-removed-advice = Se poistuu hetken kuluttua.
refused-contract-overlap = Avain on varattu tähän aikaan
refused-contract-overlap-advice = Valitse toinen aika.
refused-too-many-contracts = Avaimella on jo enimmäismäärä sopimuksia
refused-too-many-contracts-advice = Poista tarpeettomia sopimuksia tai odota, että jokin päättyy.
refused-pin-in-use = Automaatin toisella sopimuksella on tämä PIN-koodi
refused-pin-in-use-advice = Valitse toinen tai jätä kenttä tyhjäksi, niin saat vapaan koodin.
refused-locker-busy = Lokeroa avataan jo
refused-locker-busy-advice = Uutta avausta ei pyydetty. Seuraa käynnissä olevaa avausta; yritä uudelleen, kun se on päättynyt.
refused-still-usable = Automaatti ilman yhteyttä voi vielä hyväksyä sen
refused-still-usable-advice = Mitään ei muutettu. Automaatti avaa lokeroita tietojensa mukaan, kunnes yhteys palaa tai sen määräaika päättyy.
refused-automat-offline = Automaattiin ei ole yhteyttä
refused-automat-offline-advice = Mitään ei avattu, sillä automaatti ei saa pyyntöjä. Voit lähettää pyynnön silti: jos yhteys palaa 20 sekunnin kuluessa, lokero avautuu.
refused-message-under-way = Viestiä lähetetään jo
refused-message-under-way-advice = Katso hetken kuluttua uudelleen.
refused-message-outdated = Viesti ei enää pidä paikkaansa
refused-message-outdated-advice = Sopimus on muuttunut sen jälkeen. Lähetä sen sijaan uudempi viesti.
refused-stale-version = Tietoja on sillä välin muutettu
refused-stale-version-advice = Mitään ei tallennettu. Tarkista nykyiset tiedot ja yritä uudelleen.
refused-idempotency-key-reused = Tämä lomake on jo lähetetty toisin täytettynä
refused-idempotency-key-reused-advice = Ensin lähetetty on voinut tallentua. Tarkista tilanne, ennen kuin lähetät lomakkeen uudelleen.
refused-idempotency-outdated = Tämä lomake on jo lähetetty, ja tilanne on sen jälkeen muuttunut
refused-idempotency-outdated-advice = Ensimmäinen tulos ei enää pidä paikkaansa. Tarkista nykyinen tilanne ja lähetä lomake uudelleen, jos se on yhä tarpeen.

# Mikä on vikana meillä

refused-automat-busy = Automaatista avataan liian monta lokeroa yhtä aikaa
refused-automat-busy-advice = Mitään ei avattu. Yritä uudelleen, kun osa avauksista on päättynyt: siihen menee enintään 20 sekuntia.
refused-busy = Muut muuttavat samoja tietoja
refused-busy-advice = Mitään ei tallennettu. Yritä uudelleen.
refused-internal = Meillä tapahtui virhe
refused-internal-advice = Tarkista, tallentuiko muutoksesi. Jos ei, yritä hetken kuluttua uudelleen.
