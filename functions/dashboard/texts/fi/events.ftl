### Tapahtumat. Tekstissä ei saa olla PIN-koodia, palautuskoodia eikä osoitetta. Termit: automats.ftl.

events-label = Tapahtumat, uusin ensin
events-none = Mitään ei ole vielä tapahtunut. Tässä luetellaan käyttäjien toimet ja automaatin tapahtumat.
events-no-more = Vanhempia tapahtumia ei ole.
events-older = Vanhemmat tapahtumat
events-opening = Avaus
# What an automat did while it had no connection, and when: it reported it afterwards.
events-offline = Ei yhteyttä
events-offline-at = tapahtui { $at }
events-offline-between = tapahtui välillä { $from } – { $to }
events-offline-after = tapahtui aikaisintaan { $from }
events-after-removal = Sopimuksen poistamisen jälkeen

actor-you = sinä
actor-automat = automaatti
actor-user = käyttäjä { $name }
actor-client = järjestelmä { $name }

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
event-contract-created = Sopimus luotiin: { $range }
event-contract-changed = Sopimusta muutettiin: { $fields }. Voimassa nyt: { $range }
event-contract-ended = Sopimus päätettiin ennenaikaisesti: { $range }
event-contract-removed = Sopimus poistettiin
event-contract-armed = Automaatti tuntee sopimuksen: PIN-koodi toimii siellä myös ilman yhteyttä
event-pin-revealed = Sopimuksen PIN-koodia katsottiin
event-personal-data-exported = Henkilön tiedot vietiin, tämä sopimus mukaan lukien
event-personal-data-erased = Henkilön tiedot poistettiin sopimuksesta
event-opening-requested = Lokeron { $locker } avausta pyydettiin
event-opening-finished-opened = Lokero { $locker } avattiin etänä
event-opening-finished-refused = Automaatti hylkäsi lokeron { $locker } avauspyynnön
event-opening-finished-not-sent = Lokeron { $locker } avauspyyntö ei mennyt perille automaattiin
event-opening-finished-failed = Lokeron { $locker } avaus epäonnistui: automaatti yritti, mutta ei tiedä, avautuiko lokero
event-opening-finished-expired = Lokeron { $locker } avauspyyntö saapui automaattiin liian myöhään
event-key-fetched = Avain otettiin lokerosta { $locker }
event-key-returned = Avain palautettiin lokeroon { $locker }
event-key-not-returned = Sopimus on päättynyt, eikä avainta ole palautettu
event-pin-accepted-fetch = Lokero { $locker } avattiin PIN-koodilla avaimen noutoa varten
event-pin-accepted-return = Lokero { $locker } avattiin PIN-koodilla avaimen palautusta varten
event-return-code-accepted = Lokero { $locker } avattiin palautuskoodilla
event-entry-refused-pin = PIN-koodilla ei avautunut lokeroa: { $reason }
event-entry-refused-returnCode = Palautuskoodilla ei avautunut lokeroa: { $reason }
event-keypad-guessing-hour = Näppäimistöllä annettiin { $count } väärää koodia tunnin aikana. Joku saattaa arvailla koodeja.
event-keypad-guessing-day = Näppäimistöllä annettiin { $count } väärää koodia vuorokauden aikana. Joku saattaa arvailla koodeja.
event-automat-connected = Automaatti sai yhteyden
event-automat-disconnected = Automaatin yhteys katkesi
event-automat-reset = Automaatti nollattiin: sen laite aloittaa alusta
event-automat-clock-wrong = Laitteen kello käy väärin: tulevaisuuteen päivätty viesti hylättiin
event-automat-message-not-understood = Laite lähetti jotain, mitä järjestelmä ei tunnista; muu osa viestistä otettiin käyttöön
event-automat-duplicate-client = Toinen yhteys automaatin varmenteella katkaisi aiemman yhteyden. Verkkokatkon jälkeen tämä on tavallista; jos se toistuu, kahdella laitteella on sama varmenne
event-locker-forced = Lokero { $locker } avattiin tai sen avain otettiin ilman avauspyyntöä tai koodia
event-key-unexpected = Lokeroon { $locker } laitettiin avain, vaikka siihen ei kuulu avainta
event-door-left-open = Lokeron { $locker } ovi on ollut auki 5 minuuttia
event-opening-unexpected = Laite ilmoitti lokeron { $locker } avauksesta, jota kukaan ei ollut pyytänyt
event-automat-mains-lost = Automaatin verkkovirta katkesi, ja se toimii akulla
event-automat-mains-restored = Automaatin verkkovirta palasi
event-automat-battery-low = Automaatin akku on vähissä: { $percent } %
event-automat-cover-opened = Automaatin elektroniikan suojakansi avattiin
event-automat-moved = Automaattia siirretään, ravistetaan tai kallistetaan
event-automat-temperature-hot = Automaatti on liian kuuma: sisällä on { $degrees } °C, yli { $limit } °C
event-automat-temperature-cold = Automaatti on liian kylmä: sisällä on { $degrees } °C, alle { $limit } °C
event-automat-firmware-changed = Laitteen ohjelmistoversio vaihtui: { $from } → { $to }
event-automat-journal-nearly-full = Laitteen loki on melkein täynnä: { $lines }/{ $room } riviä. Täyteen lokiin kirjautuu vähemmän siitä, mitä tapahtuu ilman yhteyttä

entry-unknown = koodi ei kuulu millekään sopimukselle tai avaimelle
entry-too-early = sopimus ei ollut vielä alkanut
entry-ended = sopimus oli päättynyt
entry-outside-schedule = ei ollut noutoaika
entry-key-out = avain oli jo noudettu
entry-key-inside = avain oli jo paikallaan
entry-keypad-slow = liian pian väärien koodien jälkeen, joten koodia ei tarkistettu
entry-late = koodi saapui liian myöhään

changed-lockerIndex = lokero
changed-shared = yhteiskäyttö
changed-returnCode = palautuskoodi
changed-property = kohde
changed-keyIds = avaimet
changed-person = henkilö
changed-start = alkamisaika
changed-end = päättymisaika
changed-pin = PIN-koodi
changed-schedule = noutoajat
changed-contacts = yhteyshenkilöt
changed-freeText = lisätiedot

# The page of all that happened

activity = Tapahtumat
activity-person-hint = Käyttäjän tai sopimuksen henkilön nimen alkukirjaimia.
activity-show = Näytä tapahtumat
activity-from = Alkaen
activity-to = Päättyen
activity-kind = Laji
activity-movements = Noudot ja palautukset
activity-contracts = Sopimukset
activity-openings = Etäavaukset
activity-keypad = Näppäimistö
activity-alerts = Hälytykset ja yhteydet
activity-setup = Automaatit ja avaimet
activity-what = Mitä tapahtui
activity-who = Kuka
activity-none = Tällaista ei ole tapahtunut.
activity-days-in = Päivät ovat aikavyöhykkeellä
