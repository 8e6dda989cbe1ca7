### Mitä on tapahtunut.

events = Tapahtumat
events-label = Tapahtumat, uusin ensin
events-none = Mitään ei ole vielä tapahtunut. Tässä luetellaan, mitä ihmiset ja automaatti tekevät.
events-no-more = Vanhempia tapahtumia ei ole.
events-older = Vanhemmat tapahtumat
events-newest = Uusimmat tapahtumat
events-zone = Ajat ovat automaatin aikavyöhykkeellä:
events-opening = Avaus

actor-you = sinä
actor-automat = automaatti
actor-person = henkilö { $name }
actor-machine = ohjelma { $name }

event-automat-added = Automaatti lisättiin
event-automat-changed = Automaatin tietoja muutettiin
event-automat-removed = Automaatti poistettiin
event-key-added = Avain lisättiin lokeroon { $locker }
event-key-changed = Avaimen tietoja muutettiin: { $fields }
event-key-removed = { $count ->
    [0] Avain poistettiin
    [one] Avain poistettiin ja sen mukana { $count } sopimus
   *[other] Avain poistettiin ja sen mukana { $count } sopimusta
}
event-contract-created = Sopimus tehtiin: { $range }
event-contract-changed = Sopimusta muutettiin: { $fields }. Se on nyt: { $range }
event-contract-ended = Sopimus päätettiin ennen aikojaan: { $range }
event-contract-removed = Sopimus poistettiin
event-pin-revealed = Sopimuksen PIN-koodia katsottiin
event-personal-data-exported = Henkilöä koskevat tiedot luovutettiin, tämä sopimus mukaan lukien
event-personal-data-erased = Henkilöä koskevat tiedot poistettiin sopimuksesta
event-opening-requested = Lokeron { $locker } avausta pyydettiin
event-opening-finished-opened = Lokero { $locker } avattiin etänä
event-opening-finished-refused = Automaatti ei suostunut avaamaan lokeroa { $locker }
event-opening-finished-not-sent = Pyyntö avata lokero { $locker } ei päässyt automaatille
event-opening-finished-failed = Lokeroa { $locker } ei saatu auki: automaatti yritti eikä tiedä, avautuiko se
event-opening-finished-expired = Pyyntö avata lokero { $locker } tuli automaatille liian myöhään
event-key-fetched = Avain otettiin lokerosta { $locker }
event-key-returned = Avain palautettiin lokeroon { $locker }
event-key-not-returned = Sopimus on päättynyt, eikä avainta ole palautettu
event-pin-accepted-fetch = Lokero { $locker } avattiin PIN-koodilla avaimen noutoa varten
event-pin-accepted-return = Lokero { $locker } avattiin PIN-koodilla avaimen palautusta varten
event-return-code-accepted = Lokero { $locker } avattiin palautuskoodilla
event-entry-refused-pin = PIN-koodi ei avannut mitään: { $reason }
event-entry-refused-returnCode = Palautuskoodi ei avannut mitään: { $reason }
event-keypad-guessing-hour = Näppäimistöllä annettiin { $count } väärää koodia tunnin aikana. Joku saattaa arvailla koodeja.
event-keypad-guessing-day = Näppäimistöllä annettiin { $count } väärää koodia vuorokauden aikana. Joku saattaa arvailla koodeja.
event-automat-connected = Automaatti sai yhteyden
event-automat-disconnected = Automaatin yhteys katkesi
event-automat-reset = Automaatti nollattiin: sen laite aloittaa alusta
event-automat-clock-wrong = Laitteen kello on väärässä: tulevaisuuteen päivätty viesti hylättiin
event-automat-message-not-understood = Laite lähetti jotain, mitä järjestelmä ei tunne; muu osa viestistä otettiin käyttöön
event-automat-duplicate-client = Toinen yhteys automaatin varmenteella katkaisi aiemman yhteyden. Verkkokatkon jälkeen tämä on tavallista; jos se toistuu, kahdella laitteella on sama varmenne
event-locker-forced = Lokero { $locker } avattiin tai sen avain otettiin ilman avauspyyntöä tai koodia
event-key-unexpected = Lokeroon { $locker } laitettiin avain, vaikka siihen ei kuulu avainta
event-door-left-open = Lokeron { $locker } ovi on ollut auki 5 minuuttia
event-opening-unexpected = Laite ilmoitti lokeron { $locker } avauksesta, jota kukaan ei ollut pyytänyt

entry-unknown = sitä ei ole millään sopimuksella tai avaimella
entry-too-early = sopimus ei ollut vielä alkanut
entry-ended = sopimus oli päättynyt
entry-key-out = avain oli ulkona
entry-key-inside = avain oli sisällä
entry-keypad-slow = liian pian väärien koodien jälkeen, joten koodia ei tarkistettu
entry-late = se tuli liian myöhään

changed-lockerIndex = lokero
changed-shared = jakaminen
changed-returnCode = palautuskoodi
changed-property = kohde
changed-person = henkilö
changed-start = alku
changed-end = loppu
changed-pin = PIN-koodi
changed-contacts = yhteyshenkilöt
changed-freeText = lisätieto
