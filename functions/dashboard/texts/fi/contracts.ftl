### Sopimukset: luominen, muokkaaminen, päättäminen ja poistaminen, yhteyshenkilöt ja viestit. Termit: automats.ftl.

contract-new = Uusi sopimus
contract-edit = Muokkaa sopimusta
contract-end = Päätä sopimus
contract-end-now = Päätä nyt
contract-extend = Jatka
contract-remind = Muistuta
contract-remove = Poista sopimus

# Its form

label-person = Henkilö
label-keyIds = Avaimet
keys-hint = Avainten tunnukset pilkuilla erotettuina, enintään 16. Kaikki noudetaan ja palautetaan samalla PIN-koodilla.
keys-unknown = Avainta { $key } ei ole
keys-being-removed = Avainta { $key } poistetaan parhaillaan
keys-one-being-removed = Sopimuksen avainta poistetaan parhaillaan. Yritä hetken kuluttua uudelleen.
keys-full = Avaimella { $key } on jo enimmäismäärä sopimuksia
keys-too-many-in-edit = Yksi muokkaus voi koskea enintään { $max } avainta, poistettavat mukaan lukien. Poista ensin avaimia sopimuksesta ja lisää sitten muut.
keys-others = Automaatin muut avaimet
keys-others-hint = Valitut avaimet lisätään, kun tallennat.
keys-others-first = Luettelossa ovat vain { $count } ensimmäistä avainta. Kirjoita muiden tunnukset yllä olevaan kenttään.
keys-more = { $count ->
    [one] + { $count } avain
   *[other] + { $count } avainta
}
label-start = Alkaa
label-end = Päättyy
label-start-date = Alkamispäivä
label-start-time = Alkamisaika
label-start-now = Alkaa heti
label-end-date = Päättymispäivä
label-end-time = Päättymisaika
date-hint = Esimerkiksi 24.11.2026
date-choose = Valitse päivä
time-hint = Esimerkiksi 14.00
date-form = Anna oikea päivämäärä, esimerkiksi 24.11.2026.
time-form = Anna kellonaika, esimerkiksi 14.00.
start-missing = Anna alkamisaika tai valitse ”Alkaa heti”.
start-or-now = Valitse joko alkamisaika tai ”Alkaa heti”, ei molempia.
times-in = Ajat aikavyöhykkeellä
label-permanent = Toistaiseksi voimassa oleva sopimus
permanent = Toistaiseksi
label-pin = PIN-koodi
pin-hint = 4–9 numeroa. Jätä tyhjäksi, niin koodi arvotaan.
pin-hint-edit = Jätä tyhjäksi, niin koodi pysyy ennallaan.
label-schedule = Noutoajat
schedule-hint = Jätä tyhjäksi, jos noutaa saa milloin vain. Palauttaa voi aina. Jos aika päättyy ennen alkuaan, se päättyy seuraavana päivänä.
schedule-row = Päivät ja kellonajat { $number }
label-schedule-days = Päivät
label-schedule-from = Alkaen
label-schedule-to = Päättyen
day-Mo = maanantai
day-Tu = tiistai
day-We = keskiviikko
day-Th = torstai
day-Fr = perjantai
day-Sa = lauantai
day-Su = sunnuntai
label-freeText = Lisätiedot
note-hint = Lähetetään viestien mukana.
contract-id-own = Anna oma viite
label-contractId = Sopimustunnus
contract-id-hint = Esimerkiksi varausnumero. Jätä tyhjäksi, niin tunnus luodaan.
end-missing = Anna päättymisaika tai valitse toistaiseksi voimassa oleva sopimus.
time-skipped = Tuona päivänä kelloja siirretään eteenpäin, eikä tätä kellonaikaa ole. Seuraava mahdollinen aika: { $next }.
time-take = Valitse
time-twice = Tuona päivänä kelloja siirretään taaksepäin, ja tämä kellonaika toistuu. Valitse, kumpaa tarkoitat.
time-which-of-the-two = Kumpi kellonaika?
time-which = { $which ->
    [first] Ensimmäinen, { $offset }
   *[second] Jälkimmäinen, { $offset }
}

label-contacts = Yhteyshenkilöt
contacts-hint = Ne, joille sopimuksesta ilmoitetaan. Enintään 10.
contacts-none = Tästä sopimuksesta ei ilmoiteta kenellekään.
contact = Yhteyshenkilö { $number }
contact-add = Lisää yhteyshenkilö
contact-add-person = Lisää henkilö yhteyshenkilöksi
contact-find = Hae aiemmista yhteyshenkilöistä
contact-find-none = Aiemmissa sopimuksissa ei ole tämännimistä yhteyshenkilöä.
contacts-full = Yhteyshenkilöitä on 10, mikä on enimmäismäärä. Poista yksi, jos haluat lisätä toisen.
contact-remove = Poista
label-contacts-name = Nimi
contact-language = Viestien kieli
contact-not-notified = Ei saa viestejä
label-contacts-email = Sähköposti
send-email = Lähetä sähköposti
label-contacts-phoneNumber = Puhelinnumero
phone-number-hint = Numero kotimaisessa muodossa tai maatunnuksen kanssa, esimerkiksi +358401234567.
phone-numbers = Puhelinnumerot
phone-numbers-before = Nämä puhelinnumerot tallennetaan kansainvälisessä muodossa. Tarkista, että ne ovat oikein.
country = Puhelinnumeron maa
country-none = Ei valittu
send-sms = Lähetä tekstiviesti
additional-messages = Lisäviestit

# The key is not back

form-overdue = Tämä avain on myöhässä
form-overdue-advice = Avain piti palauttaa { $time } ({ $person }). Se ei ehkä ole paikallaan, kun uusi sopimus alkaa.

# Others have the key

conflict = Avain on varattu tähän aikaan
conflict-several = Kaikki avaimet eivät ole vapaina tähän aikaan
conflict-more = { $count ->
    [one] Ja vielä yksi sopimus.
   *[other] Ja vielä { $count } sopimusta.
}
next-free = Seuraava yhtä pitkä vapaa aika:
next-free-several = Seuraava yhtä pitkä aika, jolloin kaikki avaimet ovat vapaina:
next-free-take = Valitse seuraava vapaa aika
next-free-none = Avain ei ole myöhemminkään vapaa näin pitkään.
next-free-none-several = Kaikki avaimet eivät ole myöhemminkään yhtä aikaa vapaina näin pitkään.

# Messages

messages = Viestit
messages-before = Nämä viestit lähetetään, kun tallennat. Mitään ei ole vielä tallennettu eikä lähetetty.
messages-none = Tästä sopimuksesta ei ole lähetetty viestejä.
message-by-email = sähköposti osoitteeseen { $address }
message-by-sms = tekstiviesti numeroon { $address }
preview-now = Lähetetään heti
preview-at = Lähetetään { $time }, ellei mitään muutu sitä ennen
preview-subject = Aihe:
preview-sms = { $count ->
    [one] Yksi tekstiviesti
   *[other] { $count } tekstiviestin mittainen
}
preview-sms-unicode = { $count ->
    [one] Yksi tekstiviesti. Siinä on merkki, joka ei kuulu tekstiviestien perusmerkistöön, joten siihen mahtuu 160 merkin sijasta 70.
   *[other] { $count } tekstiviestin mittainen. Siinä on merkki, joka ei kuulu tekstiviestien perusmerkistöön, joten kuhunkin mahtuu 153 merkin sijasta 67.
}
message-again = Lähetä uudelleen
message-pending = Lähetetään { $time }
message-sending = Lähetetään parhaillaan
message-sent = Lähetetty { $time }
message-bounced = Ei mennyt perille, { $time }
message-refused = Hylätty { $time }
message-failed = Lähetys epäonnistui { $time }
message-superseded = Ei lähetetty, { $time }: sopimus oli muuttunut
message-possibly-duplicate = Viesti on voitu lähettää kahdesti.
failure-throttled = Viestejä lähetettiin sillä hetkellä liikaa.
failure-unavailable = Sähköposti- tai tekstiviestipalvelu ei ollut käytettävissä.
failure-unanswered = Sähköposti- tai tekstiviestipalvelu ei vastannut, joten viesti on silti voitu lähettää.
failure-not-allowed = Sähköposti- tai tekstiviestipalvelu ei salli lähettämistä. Ota yhteyttä tämän palvelun tarjoajaan.
failure-address-refused = Tähän osoitteeseen tai numeroon ei voi lähettää mitään. Tarkista se.
failure-content-refused = Sähköposti- tai tekstiviestipalvelu ei lähetä tätä tekstiä.

# Its page

key = Avain
when = Aika
state = Tila
state-active = Voimassa
state-upcoming = Tulossa
state-ended = Päättynyt
state-overdue = Myöhässä
contract-has-the-key = Avain noudettu
contract-key-out = Noudettu
contract-key-at = { $automat }, lokero { $locker }
created = Luotu
updated = Viimeksi muutettu
pin-hidden = Piilotettu
pin-show = Näytä PIN-koodi
pin-shown = PIN-koodin katselu on kirjattu tapahtumiin.
pin-change = Vaihda PIN-koodi
pin-change-explained = Nykyinen PIN-koodi lakkaa toimimasta. Uusi ilmoitetaan yhteyshenkilöille.
pin-new = Uusi PIN-koodi

contract-done-created = Sopimus on luotu.
contract-done-changed = Sopimusta on muutettu.
contract-done-ended = Sopimus on päätetty.
contract-done-new-pin = Sopimuksella on uusi PIN-koodi.
contract-done-resent = Viesti lähetetään uudelleen.
contract-done-reminded = Kaikille yhteyshenkilöille lähetetään muistutus minuutin kuluessa.
contract-done-not-reminded = Muistutusta on pyydetty muutama minuutti sitten, tai avaimet on palautettu.

# Ending it

contract-end-explained = { $count ->
    [one] Sopimus päättyy heti ja jää historiaan. Sen jälkeen PIN-koodilla voi vain palauttaa avaimen.
   *[other] Sopimus päättyy heti ja jää historiaan. Sen jälkeen PIN-koodilla voi vain palauttaa avaimet.
}
contract-end-out = { $count ->
    [one] Avain { $keys } on noudettu tällä sopimuksella. Se on tästä lähtien myöhässä, kunnes se palautetaan.
   *[other] Avaimet { $keys } on noudettu tällä sopimuksella. Ne ovat tästä lähtien myöhässä, kunnes ne palautetaan.
}
contract-end-messages = Kun päätät sopimuksen, nämä viestit lähetetään:
contract-end-stale-advice = Alla ovat sopimuksen nykyiset tiedot. Tarkista ne, ennen kuin päätät sopimuksen.

# At the automat

held = Automaatilla
held-warning = Huomaa
held-connected = { $automat } tuntee sopimuksen: PIN-koodi toimii siellä myös ilman yhteyttä.
held-offline = { $automat } on ollut ilman yhteyttä { $since } alkaen. Se tuntee sopimuksen: PIN-koodi toimii siellä { $until } asti.
held-no-lease = { $automat } tuntee sopimuksen, mutta ei luovuta avaimia ilman yhteyttä.
held-lease-over = { $automat } on ollut ilman yhteyttä { $since } alkaen. Se tuntee sopimuksen, mutta ei luovuta avaimia ennen kuin yhteys palaa.
held-lease-ends = { $automat } on ollut ilman yhteyttä { $since } alkaen. Se tuntee sopimuksen, mutta luovuttaa avaimia vain { $until } asti.
held-pending = { $automat } ei vielä tunne sopimusta nykyisellään: PIN-koodi toimii siellä vain, kun automaatilla on yhteys.
held-pending-offline = { $automat } on ollut ilman yhteyttä { $since } alkaen eikä tunne sopimusta: PIN-koodi toimii siellä, kun yhteys palaa.
held-revoking = { $automat } on ollut ilman yhteyttä { $since } alkaen ja tuntee sopimuksen aiemmassa muodossa. Se avaa lokeroita sen mukaan { $until } asti, tai kunnes yhteys palaa.
still-usable = { $automat } on ollut ilman yhteyttä { $since } alkaen. Se voi avata lokeroita nykyisten tietojensa mukaan { $until } asti, tai kunnes yhteys palaa.

# Removing it

contract-remove-pin = Sopimuksen PIN-koodi lakkaa toimimasta.
contract-remove-out = { $count ->
    [one] Avain { $keys } on noudettu tällä sopimuksella. Kun sopimus on poistettu, avaimen voi palauttaa vain palautuskoodilla, jos avaimella on sellainen.
   *[other] Avaimet { $keys } on noudettu tällä sopimuksella. Kun sopimus on poistettu, kunkin avaimen voi palauttaa vain sen palautuskoodilla, jos avaimella on sellainen.
}
contract-remove-force = { $count ->
    [one] Poista, vaikka avain on noudettu
   *[other] Poista, vaikka avaimia on noudettu
}
label-force = Vahvistus
contract-take-off-out = { $count ->
    [one] Avain { $keys } on noudettu tällä sopimuksella
   *[other] Avaimet { $keys } on noudettu tällä sopimuksella
}
contract-take-off-force = Poista avaimia sopimuksesta, vaikka ne on noudettu
contract-take-off-hint = Jos noudettu avain poistetaan sopimuksesta, sen voi palauttaa vain palautuskoodilla, jos avaimella on sellainen.
contract-remove-messages = Kun poistat sopimuksen, nämä viestit lähetetään:
contract-remove-nobody = Kenellekään ei ilmoiteta.
contract-remove-stale = Sopimusta on sillä välin muutettu
contract-remove-stale-advice = Alla ovat sopimuksen nykyiset tiedot. Tarkista ne, ennen kuin poistat sopimuksen.

# Sopimusluettelo

label-search = Haku
label-from = Alkaa aikaisintaan
label-to = Alkaa viimeistään
label-due = Avain palautettava
contracts-search-hint = Henkilön, yhteyshenkilön, sopimustunnuksen tai sähköpostiosoitteen alkukirjaimia tai puhelinnumeron neljä viimeistä numeroa.
contracts-narrow = Automaatti, avain ja päivät
contracts-show = Näytä sopimukset
contracts-clear = Tyhjennä rajaukset
contracts-of-days = Sopimukset, jotka alkavat { $from } – { $to }:
contracts-none = Tällaisia sopimuksia ei ole. Uusi sopimus tulee luetteloon muutaman sekunnin kuluttua.
contracts-no-more = Sopimuksia ei ole enempää.
contracts-no-automat = Automaattia { $automat } ei ole
contracts-to-before-from = Viimeinen päivä ei voi olla ennen ensimmäistä.
contracts-too-many-days = Enintään { $max } päivää.
table-download = Lataa taulukkona (CSV)
table-too-many = Rivejä on yli { $max }
table-too-many-advice = Rajaa haku pienemmäksi.

# Why the code did not work

code-title = Miksi koodi ei toiminut?
code-now = Nyt
code-works = Toimii
code-refused = Ei toimi
code-fetches = PIN-koodi avaa lokeron { $locker } noutoa varten: { $automat }.
code-returns = PIN-koodi avaa lokeron { $locker } palautusta varten: { $automat }.
code-unreported = Automaatti ei ole vielä ilmoittanut, onko avain paikallaan.
code-now-unknown = Avainta ollaan poistamassa.
code-now-too-early = Sopimus alkaa { $start }.
code-now-ended = Sopimus päättyi { $end }.
code-now-outside-schedule = Avaimen voi noutaa { $hours }.
code-now-key-out = Avain on noudettu.
code-now-held = Avain on henkilöllä { $person }.
code-now-key-inside = Avain on paikallaan.
code-now-keypad-slow = Näppäimistö odottaa.
code-now-late = Koodi saapuu liian myöhään.
code-off-since = ei yhteyttä, alkaen { $time }. Ennen kuin yhteys on palannut, koodilla voi palauttaa avaimen mutta ei noutaa.
code-off = ei yhteyttä. Ennen kuin yhteys on palannut, koodilla voi palauttaa avaimen mutta ei noutaa.
code-off-lease-since = ei yhteyttä, alkaen { $time }. Koodilla voi palauttaa avaimen. { $until } asti sillä voi myös noutaa avaimen, jos automaatti tunsi koodin yhteyden katketessa.
code-off-lease = ei yhteyttä. Koodilla voi palauttaa avaimen. { $until } asti sillä voi myös noutaa avaimen, jos automaatti tunsi koodin yhteyden katketessa.
code-never-on = automaatti ei ole vielä ollut yhteydessä. Mikään koodi ei toimi sitä ennen.
code-waits = väärien koodien jälkeen näppäimistö tarkistaa seuraavan aikaisintaan { $time }.
code-entries = Näppäilyt:
code-entries-none = Tätä PIN-koodia ei ole näppäilty viime aikoina. Jos joku näppäili koodin, se oli jokin muu.
code-unknown = Tuntemattomat PIN-koodit
code-unknown-explained = Joku on voinut näppäillä PIN-koodin väärin tai ennen kuin näppäimistö oli valmis.
code-fix-open = Avaa lokero { $locker }
code-fix-start = Muuta alkamisaikaa
code-fix-hours = Muuta noutoaikoja
code-fix-holder = Näytä, kenellä se on
code-fix-pin = Näytä tai vaihda PIN-koodi
