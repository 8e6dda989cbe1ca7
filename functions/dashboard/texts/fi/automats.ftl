automats = Automaatit
crumbs = Missä tämä sivu on
automat-add = Lisää automaatti
automats-none = Automaatteja ei vielä ole
automats-none-admin = Lisää ensimmäinen: mikä sen nimi on ja montako lokeroa siinä on. Lisää sitten avaimet lokeroihin.
automats-none-others = Automaatit lisää ylläpitäjä. Pyydä häntä lisäämään ensimmäinen.
automats-no-more = Automaatteja ei ole enempää.
first-page = Ensimmäinen sivu

connected = Yhteydessä
disconnected = Ei yhteyttä
never-connected = Ei ole vielä ollut yhteydessä
disconnected-since = Alkaen { $time }.
disconnected-means = Ennen kuin yhteys palaa, yksikään lokero ei avaudu: ei täältä eikä näppäimistön PIN-koodilla. Näet, mitä automaatti viimeksi kertoi.

keys-in-and-out = { $keys ->
    [0] Ei avaimia
    [one] { $keys } avain, ulkona { $out }
   *[other] { $keys } avainta, ulkona { $out }
}
alert-not-returned = { $count ->
    [one] { $count } avain palauttamatta ajoissa
   *[other] { $count } avainta palauttamatta ajoissa
}
alert-doors-open = { $count ->
    [one] { $count } ovi auki
   *[other] { $count } ovea auki
}

## Automaattinäkymä

lockers = Lokerot
locker = Lokero
locker-empty = Tyhjä
locker-stray = Odottamaton avain
locker-add = Lisää avain
locker-add-which = Lisää avain lokeroon
locker-edit-which = Muokkaa avainta
locker-open = Avaa
locker-open-which = Avaa lokero
key-inside = Avain sisällä
key-out = Avain ulkona
key-overdue = Myöhässä
key-unknown = Ei tiedossa
key-missing = Ei lokerossa
door-open = Ovi auki
contract-until = { $time } asti
contract-was-due = piti palauttaa { $time }
contract-permanent = toistaiseksi voimassa
events-link = Tapahtumat
show-label = Mitkä lokerot näytetään
show-all = Kaikki
show-inside = Avain sisällä
show-out = Avain ulkona
show-unknown = Ei tiedossa
show-empty = Tyhjät
show-nothing = Yksikään lokero ei ole tällainen.
show-all-again = Näytä kaikki lokerot
filter-label = Etsi avainta tai kohdetta tästä

## Mitä ylläpitäjä tekee

automat-new = Lisää automaatti
automat-edit = Muokkaa:
automat-remove = Poista:
automat-id = Automaatin tunnus
automat-id-hint = Tunnus ei muutu, ja automaatti kutsuu itseään sillä. Kirjaimet A–Z, numerot, ”_”, ”.” ja ”-”.
automat-name = Nimi
automat-name-hint = Miksi ihmiset sitä kutsuvat, esimerkiksi Aula.
automat-lockers = Lokeroita
automat-lockers-hint = Montako niitä on, 1–500. Numerointi alkaa nollasta.
automat-time-zone = Aikavyöhyke
automat-time-zone-hint = Ajat näytetään tällä vyöhykkeellä, esimerkiksi Europe/Helsinki.
automat-time-zone-force = Vaihda aikavyöhyke ja ilmoita yhteyshenkilöille uudet paikalliset ajat
automat-pin-digits = Arvotun PIN-koodin pituus
automat-pin-digits-hint = 4–9 numeroa. Jos kenttä on tyhjä, pituus on 6, yli 50 lokerossa 7 ja yli 200 lokerossa 8.
automat-min-chosen-pin-digits = Itse valitun PIN-koodin vähimmäispituus
automat-min-chosen-pin-digits-hint = 4–9 numeroa. Jos kenttä on tyhjä, vähimmäispituus on 4. Lyhyt koodi on helppo arvata.
automat-location = Missä se on (valinnainen)
automat-address = Katuosoite
automat-postal-code = Postinumero
automat-postal-office = Postitoimipaikka
automat-remove-explained = Automaatti poistuu luettelosta, eikä sen lokeroita voi enää avata. Sen tapahtumat säilyvät määräaikansa.
automat-remove-holds-keys = { $count ->
    [one] Siinä on vielä { $count } avain. Poista ensin avain: sen sopimukset poistuvat samalla, ja yhteyshenkilöille kerrotaan.
   *[other] Siinä on vielä { $count } avainta. Poista ensin avaimet: niiden sopimukset poistuvat samalla, ja yhteyshenkilöille kerrotaan.
}
automat-remove-to-its-keys = Sen avaimiin
automat-reset = Nollaa laite:
automat-reset-when = Nollaa, kun laite on vaihdettu tai kun tapahtumien mukaan sen kello on ollut väärässä ja sen viestit hylätään yhä.
automat-reset-explained = Järjestelmä unohtaa, mihin numeroon laite on edennyt, ja uskoo sen seuraavaa viestiä. Avaimet, sopimukset ja lokeroiden tila pysyvät ennallaan. Yhteyden tila on tuntematon, kunnes laite yhdistää uudelleen.
automat-reset-send = Nollaa laite

## Muokkaus, jonka välissä joku muu on muokannut

stale = Tätä on muutettu sillä välin
stale-advice = Mitään ei tallennettu. Alla on, mitä kirjoitit. Tallenna uudelleen, jos haluat sen toisen muutoksen tilalle, tai jätä toisen muutos voimaan.
stale-same = Joku muu on muuttanut tämän juuri sellaiseksi kuin kirjoitit. Tallennettavaa ei ole.
stale-field = Kenttä
stale-theirs = Nyt, toisen muuttamana
stale-yours = Mitä kirjoitit
stale-discard = Jätä toisen muutos

## Haku

search-hint = Avaimen tunnuksen tai kohteen sanojen alkuja, esimerkiksi: keittiö 12
search-found = Avaimet
search-locker = lokero
search-nothing = Avaimia ei löytynyt
search-nothing-advice = Avaimet löytyvät tunnuksen ja kohteen sanojen aluilla; jokaisen hakusanan on aloitettava jokin niistä. Kokeile vähempiä tai lyhyempiä sanoja.
search-goes-on = Toistaiseksi ei mitään, ja läpikäytävää on vielä.
