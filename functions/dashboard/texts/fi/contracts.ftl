### Contracts: making, editing and removing one, who is told, and the messages.

contract-new = Uusi sopimus
contract-edit = Muokkaa sopimusta
contract-end = Päätä sopimus
contract-end-now = Päätä nyt
contract-extend = Jatka
contract-remove = Poista sopimus

# Its form

person = Henkilö
start = Alkaa
end = Päättyy
start-date = Alkamispäivä
start-time = Alkamisaika
start-now = Alkaa heti
end-date = Päättymispäivä
end-time = Päättymisaika
date-hint = Esimerkiksi 24.11.2026
time-hint = Esimerkiksi 14.00
date-form = Anna olemassa oleva päivä, esimerkiksi 24.11.2026.
time-form = Anna kellonaika, esimerkiksi 14.00.
start-missing = Anna alkamisaika tai valitse, että sopimus alkaa heti.
start-or-now = Valitse joko alkamisaika tai heti.
times-in = Kellonajat ovat aikavyöhykkeeltä
permanent-contract = Toistaiseksi voimassa oleva sopimus
permanent = Toistaiseksi
pin = PIN-koodi
pin-hint = 4–9 numeroa. Jätä tyhjäksi, niin koodi arvotaan.
pin-hint-edit = Jätä tyhjäksi, niin koodi pysyy ennallaan.
free-text = Viesti
free-text-hint = Lisätieto, joka tulee viestien mukana.
contract-id-own = Oma viite
contract-id = Sopimustunnus
contract-id-hint = Esimerkiksi varausnumero. Jätä tyhjäksi, niin tunnus luodaan.
end-missing = Anna päättymisaika tai valitse toistaiseksi voimassa oleva sopimus.
time-skipped = Tätä aikaa ei tuona päivänä ole: kelloja siirretään sen yli eteenpäin. Seuraava mahdollinen aika: { $next }.
time-take = Valitse
time-twice = Tämä aika tulee tuona päivänä kahdesti: kelloja siirretään taaksepäin. Valitse, kumpaa tarkoitat.
time-which-of-the-two = Kumpi niistä?
time-which = { $which ->
    [first] Ensimmäinen kerta, { $offset }
   *[second] Toinen kerta, { $offset }
}

contacts = Yhteyshenkilöt
contacts-hint = Ne, joille sopimuksesta kerrotaan. Enintään 10.
contacts-none = Tästä sopimuksesta ei kerrota kenellekään.
contact = Yhteyshenkilö { $number }
contact-add = Lisää yhteyshenkilö
contact-remove = Poista
contact-name = Nimi
contact-language = Viestien kieli
contact-not-told = Ei saa viestejä
email = Sähköposti
send-email = Lähetä sähköposti
phone-number = Puhelinnumero
phone-number-hint = Kuten maassa valitaan tai maatunnuksen kanssa, esimerkiksi +358401234567.
phone-numbers = Puhelinnumerot
phone-numbers-before = Nämä puhelinnumerot tallennetaan kansainvälisessä muodossa. Tarkista, että ne ovat oikein.
country = Puhelinnumeron maa
country-none = Ei valittu
send-sms = Lähetä tekstiviesti
additional-messages = Lisäviestit

kind-contract-created = Sopimus luotu
kind-contract-updated = Sopimus muuttunut
kind-contract-ended = Sopimus päätetty
kind-contract-cancelled = Sopimus peruttu
kind-start-reminder = Muistutus 24 tuntia ennen alkua
kind-end-reminder = Muistutus 2 tuntia ennen loppua
kind-key-fetched = Avain noudettu
kind-key-returned = Avain palautettu
kind-key-not-returned = Avainta ei palautettu ajoissa

# The key is not back

form-overdue = Tämä avain on myöhässä
form-overdue-advice = { $person }: avain piti palauttaa { $time }. Se ei ehkä ole paikallaan, kun uusi sopimus alkaa.

# Others have the key

conflict = Avain on silloin jollakulla toisella
conflict-more = { $count ->
    [one] Ja vielä yksi sopimus.
   *[other] Ja vielä { $count } sopimusta.
}
next-free = Seuraava yhtä pitkä vapaa aika:
next-free-take = Valitse seuraava vapaa aika
next-free-none = Avain ei ole myöhemminkään vapaa näin pitkään.

# Messages

messages = Viestit
messages-before = Nämä lähtevät, kun tallennat. Mitään ei ole vielä tallennettu eikä lähetetty.
messages-none = Tästä sopimuksesta ei ole kerrottu kenellekään.
told-by-email = sähköposti osoitteeseen { $address }
told-by-sms = tekstiviesti numeroon { $address }
told-at-once = Lähtee heti
told-at = Lähtee { $time }, jos mikään ei siihen mennessä muutu
told-subject = Aihe:
told-sms = { $count ->
    [one] Yksi tekstiviesti
   *[other] { $count } tekstiviestin mittainen
}
told-sms-of-many-letters = { $count ->
    [one] Yksi tekstiviesti. Siinä on kirjain, jota tekstiviestit eivät tunne, joten siihen mahtuu 160 merkin sijasta 70.
   *[other] { $count } tekstiviestin mittainen. Siinä on kirjain, jota tekstiviestit eivät tunne, joten kuhunkin mahtuu 153 merkin sijasta 67.
}
message-again = Lähetä uudelleen
message-pending = Lähetetään { $time }
message-sending = Lähetetään parhaillaan
message-sent = Lähetetty { $time }
message-bounced = Ei voitu toimittaa, { $time }
message-refused = Hylätty { $time }
message-failed = Luovuttu { $time }
message-superseded = Ei lähetetty: sopimus oli muuttunut, { $time }
message-perhaps-twice = Se on voinut lähteä kahdesti.
trouble-throttled = Viestejä lähetettiin silloin liikaa.
trouble-unavailable = Sähköposti- tai tekstiviestipalvelu ei ollut käytettävissä.
trouble-unanswered = Sähköposti- tai tekstiviestipalvelu ei vastannut, joten viesti on silti voinut lähteä.
trouble-not-allowed = Sähköposti- tai tekstiviestipalvelu ei päästä meitä. Kysy tämän palvelun ylläpitäjältä.
trouble-address-refused = Tähän osoitteeseen tai numeroon ei voi lähettää mitään. Tarkista se.
trouble-content-refused = Sähköposti- tai tekstiviestipalvelu ei lähetä tätä tekstiä.

# Its page

key = Avain
when = Aika
state = Tila
state-running = Käynnissä
state-upcoming = Tulossa
state-ended = Päättynyt
state-overdue = Myöhässä
contract-has-the-key = Avain on hänellä
created = Luotu
updated = Viimeksi muutettu
pin-hidden = Piilotettu
pin-show = Näytä PIN-koodi
pin-shown = Siitä, että katsoit sen, jäi merkintä.
pin-another = Toinen PIN-koodi
pin-another-explained = Nykyinen PIN-koodi ei sen jälkeen avaa mitään. Yhteyshenkilöille kerrotaan uusi.
pin-new = Uusi PIN-koodi

contract-done-created = Sopimus on luotu.
contract-done-changed = Sopimusta on muutettu.
contract-done-ended = Sopimus on päätetty.
contract-done-new-pin = Sopimuksella on uusi PIN-koodi.
contract-done-resent = Viesti lähetetään uudelleen.

# Ending it

contract-end-explained = Sopimus päättyy heti ja jää historiaan. Sen jälkeen PIN-koodilla voi vain palauttaa avaimen.
contract-end-out = Avain on noudettu tällä sopimuksella. Se on tästä lähtien myöhässä, kunnes se palautetaan.
contract-end-told = Kun päätät sopimuksen, nämä viestit lähtevät:
contract-end-stale-advice = Alla sopimus on sellaisena kuin se nyt on. Tarkista se, ennen kuin päätät sen.

# Removing it

contract-remove-pin = Sen PIN-koodi ei sen jälkeen avaa mitään.
contract-remove-out = Avain on noudettu tällä sopimuksella. Ilman sitä avaimen voi palauttaa vain palautuskoodilla, jos avaimella on sellainen.
contract-remove-force = Poista, vaikka avain on noudettuna
contract-remove-told = Kun poistat sopimuksen, nämä lähtevät:
contract-remove-nobody = Kenellekään ei kerrota.
contract-remove-stale = Joku on sillä välin muuttanut sopimusta
contract-remove-stale-advice = Alla se on sellaisena kuin se nyt on. Katso sitä uudelleen, ennen kuin poistat sen.
