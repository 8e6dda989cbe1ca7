### Automaatit, lokerot ja haku.
###
### Termit tällä sivustolla, yksi kullekin asialle:
### key automat: automaatti, viesteissä avainautomaatti · device: laite · locker: lokero · door: ovi · keypad: näppäimistö ·
### key: avain · property: kohde · contract: sopimus, viesteissä varaus · permanent: toistaiseksi voimassa · active: voimassa ·
### upcoming: tulossa · ended: päättynyt · overdue: myöhässä · inside: paikallaan · out: noudettu · fetch: noutaa · return:
### palauttaa · shared: yhteiskäyttöinen · PIN: PIN-koodi · return code: palautuskoodi · contact: yhteyshenkilö · note:
### lisätiedot · create: luoda · edit: muokata · end: päättää · cancel: perua · remove: poistaa · notify: ilmoittaa ·
### message: viesti · failed to send: lähetys epäonnistui · opening: avaus · request: pyyntö · event: tapahtuma ·
### connected: yhteydessä · disconnected: ei yhteyttä · admin: ylläpitäjä · operator: operaattori · viewer: katselija · taken:
### varattu · partly free: osin vapaa

automats = Automaatit
crumbs = Murupolku
automat-add = Lisää automaatti
automats-none = Automaatteja ei vielä ole
automats-none-admin = Lisää ensimmäinen automaatti: anna sille nimi ja lokeroiden määrä. Lisää sitten avaimet lokeroihin.
automats-none-others = Ylläpitäjä lisää automaatit. Pyydä häntä lisäämään ensimmäinen.
automats-no-more = Automaatteja ei ole enempää.
first-page = Ensimmäinen sivu

connected = Yhteydessä
disconnected = Ei yhteyttä
never-connected = Ei vielä yhteyttä
disconnected-since = { $time } alkaen.
disconnected-means = Lokerot eivät avaudu täältä, ennen kuin yhteys palaa. Näet tilanteen, jonka automaatti viimeksi ilmoitti.
disconnected-lease = Automaatilla avaimen voi palauttaa. { $time } asti avaimia voi myös noutaa PIN-koodeilla, jotka automaatti tunsi yhteyden katketessa. Se koskee myös sen jälkeen poistettujen sopimusten koodeja.
disconnected-no-lease = Automaatilla avaimen voi palauttaa mutta ei noutaa.

keys-in-and-out = { $keys ->
    [0] Ei avaimia
    [one] { $keys } avain, noudettu { $out }
   *[other] { $keys } avainta, noudettu { $out }
}
alert-not-returned = { $count ->
    [one] { $count } avain myöhässä
   *[other] { $count } avainta myöhässä
}
alert-doors-open = { $count ->
    [one] { $count } ovi auki
   *[other] { $count } ovea auki
}

## Automaattinäkymä

lockers = Lokerot
locker = Lokero
locker-empty = Tyhjä
locker-stray = Ylimääräinen avain
locker-add = Lisää avain
locker-add-which = Lisää avain lokeroon
locker-edit-which = Muokkaa avainta
locker-open = Avaa
locker-open-which = Avaa lokero
key-inside = Avain paikallaan
key-out = Avain noudettu
key-overdue = Myöhässä
key-unknown = Ei tiedossa
key-missing = Ei lokerossa
door-open = Ovi auki
contract-until = { $time } asti
contract-was-due = piti palauttaa { $time }
contract-permanent = toistaiseksi voimassa
events-link = Tapahtumat
show-label = Näytä lokerot
show-all = Kaikki
show-inside = Avain paikallaan
show-out = Avain noudettu
show-unknown = Ei tiedossa
show-empty = Tyhjät
show-nothing = Tällaisia lokeroita ei ole.
show-all-again = Näytä kaikki lokerot
filter-label = Hae avainta tai kohdetta tästä automaatista

## Mitä ylläpitäjä tekee

automat-new = Lisää automaatti
automat-edit = Muokkaa automaattia
automat-remove = Poista automaatti
label-automatId = Automaatin tunnus
automat-id-hint = Tunnusta ei voi vaihtaa jälkikäteen. Laite tunnistautuu sillä. Kirjaimet A–Z, numerot, ”_”, ”.” ja ”-”.
label-name = Nimi
automat-name-hint = Nimi, jolla automaatti tunnetaan, esimerkiksi Aula.
label-lockerCount = Lokeroiden määrä
automat-lockers-hint = 1–500.
label-timeZone = Aikavyöhyke
automat-time-zone-hint = Automaatin ajat näytetään tällä aikavyöhykkeellä.
automat-time-zone-choose = Valitse aikavyöhyke
automat-time-zone-force = Vaihda aikavyöhyke ja ilmoita yhteyshenkilöille uudet paikalliset ajat
label-pinDigits = Arvotun PIN-koodin pituus
automat-pin-digits-hint = 4–9 numeroa. Jos kenttä on tyhjä, pituus on 6, yli 50 lokerossa 7 ja yli 200 lokerossa 8.
label-minChosenPinDigits = Itse valitun PIN-koodin vähimmäispituus
automat-min-chosen-pin-digits-hint = 4–9 numeroa. Jos kenttä on tyhjä, vähimmäispituus on 4. Lyhyt koodi on helppo arvata.
label-leaseHours = Tunteja, joina avaimen voi noutaa ilman yhteyttä
automat-lease-hours-hint = 0–168. Jos kenttä on tyhjä, aika on 24 tuntia. Jos poistat sopimuksen, kun automaattiin ei ole yhteyttä, sitä voi käyttää vielä tämän ajan. Jos aika on 0, avaimia voi vain palauttaa.
automat-location = Sijainti (valinnainen)
label-location-address = Katuosoite
label-location-postalCode = Postinumero
label-location-postalOffice = Postitoimipaikka
automat-remove-explained = Automaatti poistuu luettelosta, eikä sen lokeroita voi enää avata. Sen tapahtumat säilyvät säilytysajan loppuun.
automat-remove-holds-keys = { $count ->
    [one] Siinä on vielä { $count } avain. Poista ensin avain: sen sopimukset poistuvat samalla, ja yhteyshenkilöille ilmoitetaan.
   *[other] Siinä on vielä { $count } avainta. Poista ensin avaimet: niiden sopimukset poistuvat samalla, ja yhteyshenkilöille ilmoitetaan.
}
automat-remove-to-its-keys = Näytä avaimet
automat-reset = Laitteen nollaus:
automat-reset-when = Nollaa laite, kun se on vaihdettu tai kun sen kello on tapahtumien mukaan käynyt väärin ja sen viestit hylätään edelleen.
automat-reset-explained = Järjestelmä unohtaa laitteen viestien numeroinnin ja hyväksyy laitteen seuraavan viestin. Avaimet, sopimukset ja lokeroiden tila säilyvät ennallaan. Yhteyden tila on tuntematon, kunnes laite yhdistää uudelleen.
automat-reset-send = Nollaa laite

## Muokkaus, jonka välissä joku muu on muokannut

stale = Tietoja on sillä välin muutettu
stale-advice = Mitään ei tallennettu. Alla on kirjoittamasi. Tallenna uudelleen, jos haluat korvata toisen tekemän muutoksen, tai jätä se voimaan.
stale-same = Joku muu on jo tehnyt saman muutoksen. Tallennettavaa ei ole.
stale-field = Kenttä
stale-theirs = Nyt, toisen muuttamana
stale-yours = Sinun kirjoittamasi
stale-discard = Jätä toisen muutos voimaan

## Haku

search-hint = Sanojen alkuja: avaimen tunnus tai kohde, henkilön tai yhteyshenkilön nimi, sopimuksen tunnus tai sähköpostiosoite. Tai puhelinnumeron neljä viimeistä numeroa. Esimerkiksi: keittiö 12
search-keys = Avaimet
search-contracts = Sopimukset
search-locker = lokero
search-nothing = Ei tuloksia
search-nothing-advice = Haku vertaa jokaista hakusanaa sanojen alkuihin. Kokeile vähempiä tai lyhyempiä sanoja. Uusi sopimus löytyy haulla muutaman sekunnin kuluttua.
search-more = Tuloksia ei vielä ole, mutta kaikkea ei ole käyty läpi.
search-more-keys = Lisää avaimia
search-more-contracts = Lisää sopimuksia

automat-done-added = Automaatti on lisätty.
automat-done-changed = Automaattia on muutettu.
automat-done-reset = Laite on nollattu.
automat-done-key-removed = Avain on poistettu.
automat-done-reminded = { contract-done-reminded }
automat-done-not-reminded = { contract-done-not-reminded }
automats-done-removed = Automaatti on poistettu.

## Kaappi ja sen paneeli

show-overdue = Myöhässä
show-missing = Ei lokerossa
show-stray = Ylimääräinen avain
show-door-open = Ovi auki
view-label = Esitystapa
view-cabinet = Kaappi
view-list = Luettelo
view-contract = Sopimus
panel-hint = Valitse lokero, niin näet avaimen, sen haltijan, seuraavan sopimuksen ja mitä voit tehdä.
panel-close = Sulje
panel-holder = Avaimen haltija
panel-holder-removed = Joku, jonka sopimus on poistettu
panel-since = Noudettu
panel-next = Seuraava sopimus
panel-next-none = Ei ole
panel-next-not-read = Katso avaimen sivulta
panel-next-at-risk = Avain ei ehkä ole paikallaan
panel-move = Siirrä
panel-more = Lisätiedot ja tapahtumat
automat-layout = Kaappi (ei pakollinen)
label-layout-columns = Sarakkeiden määrä
automat-columns-hint = 1–50 sen mukaan, millainen kaappi on. Jos kenttä on tyhjä, sarakkeita on niin monta kuin ruudulle mahtuu.
label-layout-numberedDown = Ovet on numeroitu sarakkeittain ylhäältä alas
automat-numbered-down-hint = Muuten ne on numeroitu riveittäin.
label-layout-firstNumber = Ensimmäisen oven numero
automat-first-number-hint = 0–9500. Sivuilla lokeron numero on sama kuin sen ovessa.

## Automaatin kunto, jonka sen laite ilmoittaa

condition = Kunto
condition-as-of = Tilanne { $time } ({ $zone })
condition-none = Laite ei ole ilmoittanut kuntoaan.
condition-unknown = Ei ilmoitettu
condition-mains = Virta
condition-mains-on = Verkkovirta
condition-mains-off = Akku
condition-battery = Akun varaus
condition-percent = { $percent } %
condition-cover = Suojakansi
condition-cover-open = Auki
condition-cover-closed = Kiinni
condition-movement = Liike
condition-moved = Siirretään
condition-still = Paikallaan
condition-temperature = Sisälämpötila
condition-degrees = { $degrees } °C
condition-firmware = Ohjelmistoversio
condition-clock = Kello
condition-clock-cloud = Ajassa
condition-clock-counter = Tarkistettu yli vuorokausi sitten
condition-clock-none = Ei tiedä aikaa
condition-journal = Loki
condition-lines = { $lines }/{ $room } riviä
concern-cover-open = Suojakansi auki
concern-moved = Siirretään
concern-on-battery = Akkuvirralla
concern-battery-low = Akku vähissä
concern-too-hot = Liian kuuma
concern-too-cold = Liian kylmä
concern-journal-nearly-full = Loki melkein täynnä
concern-clock-unknown = Ei tiedä aikaa
