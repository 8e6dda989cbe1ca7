### Messages to contacts, in Finnish.
###
### Terms, one for each thing:
### key automat: avainautomaatti · key: avain · booking (contract): varaus, in an SMS "avainvaraus" · booked for: varattu
### henkilölle · contact: yhteyshenkilö · PIN: PIN-koodi, in an SMS "PIN" · fetch: noutaa, nouto · return: palauttaa,
### palautus · end (before its time): päättää · cancel: perua · change: muuttua · note: lisätiedot · reference: viite · time
### zone: aikavyöhyke. A PIN "toimii" or does not.
###
### Names and identifiers are in their basic form, after a colon or a noun that takes the ending ("avaimen A-12",
### "henkilölle Aino Virtanen"): no ending could be right for all of them.
### Hours have no leading zero and are followed by a full stop (Kotus; CLDR `H.mm`). For the SMS see `en.ftl`.

## Times

weekday = { $weekday ->
    [1] ma
    [2] ti
    [3] ke
    [4] to
    [5] pe
    [6] la
   *[7] su
}
month = { $month }
clock = { $hour }.{ PAD($minute) }
moment = { weekday } { $day }.{ month }.{ $year } klo { clock }
day-and-time = { weekday } { $day }.{ month }. klo { clock }
range = { $start } – { $end }
range-in-a-day = { $start }–{ $clock }
range-without-end = { $start } alkaen toistaiseksi
no-end = toistaiseksi

## Labels of the facts

key = Avain
person = Varattu henkilölle
automat = Avainautomaatti
from = Alkaa
until = Päättyy
valid = Voimassa
fetched = Noudettu
returned = Palautettu
hours = Noutoajat
reference = Viite
note = Lisätiedot
pin = PIN-koodi
pin-use = { $keys ->
    [one] Näppäile PIN-koodi avainautomaattiin, kun noudat avaimen, ja uudelleen, kun palautat sen.
   *[other] Näppäile PIN-koodi avainautomaattiin, kun noudat avaimet, ja uudelleen, kun palautat ne. Lokerot avautuvat yksi kerrallaan.
}

## The keys of a message: nominative, genitive, and in an SMS

form-the-key-first = { $keys ->
    [one] Avain { $key }
   *[other] Avaimet { $key }
}
form-of-the-key = { $keys ->
    [one] Avaimen { $key }
   *[other] Avainten { $key }
}
form-sms-key-first = { $keys ->
    [one] Avain { $item }
   *[other] Avaimet { $item }
}

key-and-property = { $one-key } ({ $property })

## Changes

changed = Muuttunut
changed-keys = avaimet
changed-person = henkilö
changed-times = varausaika
changed-pin = PIN-koodi
changed-schedule = noutoajat
changed-contacts = yhteyshenkilöt
changed-note = lisätiedot
changed-zone = avainautomaatin aikavyöhyke

## Common to all emails

greeting = Hei { $recipient }!
kicker = { form-the-key-first }
preheader = { $person }, { $when }
footer = Saat tämän viestin, koska sinut on merkitty tämän avainvarauksen yhteyshenkilöksi. Viesti on lähetetty automaattisesti. Ajat on ilmoitettu avainautomaatin paikallisena aikana ({ $zone }).

## The messages

contract-created =
    .name = Sopimus luotu
    .subject = { form-the-key-first } on varattu henkilölle { $person }
    .heading =
        { $keys ->
            [one] Avain on varattu
           *[other] Avaimet on varattu
        }
    .intro =
        { form-the-key-first } on varattu henkilölle { $person }. { $keys ->
            [one] Näin noudat sen.
           *[other] Näin noudat ne.
        }
    .sms =
        { form-sms-key-first }, { $person }
        { $when }
        { $automat-and-address }
        Nouto ja palautus: PIN { $pin }

contract-updated =
    .name = Sopimusta muutettu
    .subject = { form-of-the-key } varaus on muuttunut
    .heading = Varaus on muuttunut
    .intro = { form-of-the-key } varaus henkilölle { $person } on muuttunut. Tässä ovat ajantasaiset tiedot.
    .sms =
        Avainvaraus muuttunut: { $changes }.
        { form-sms-key-first }, { $person }
        { $when }
        { $automat-and-address }
        Nouto ja palautus: PIN { $pin }

contract-ended =
    .name = Sopimus päätetty
    .subject = { form-of-the-key } varaus on päätetty
    .heading = Varaus on päätetty
    .intro =
        { form-of-the-key } varaus henkilölle { $person } päätettiin { $end }. { $keys ->
            [one] Jos avain on vielä sinulla, palauta se.
           *[other] Jos avaimia on vielä sinulla, palauta ne.
        } PIN-koodi toimii enää palautuksessa.
    .sms =
        Avainvaraus päätetty { $end }: { $item }, { $person }
        PIN toimii enää palautuksessa.
        { $automat }

contract-cancelled =
    .name = Sopimus peruttu
    .subject = { form-of-the-key } varaus on peruttu
    .heading = Varaus on peruttu
    .intro = { form-of-the-key } varaus henkilölle { $person } on peruttu. PIN-koodi ei enää toimi.
    .sms =
        Avainvaraus peruttu: { $item }, { $person }
        { $when }
        { $automat }
        PIN ei enää toimi.

start-reminder =
    .name = Muistutus 24 tuntia ennen alkamista
    .subject =
        Muistutus: { $keys ->
            [one] avaimen { $key }
           *[other] avainten { $key }
        } varaus alkaa { $start }
    .heading = Varaus alkaa pian
    .intro = { form-of-the-key } varaus henkilölle { $person } alkaa { $start }.
    .sms =
        Muistutus: { $item }, { $person }
        { $when }
        { $automat-and-address }
        Nouto ja palautus: PIN { $pin }

end-reminder =
    .name = Muistutus 2 tuntia ennen päättymistä
    .subject =
        Muistutus: palauta { $keys ->
            [one] avain { $key }
           *[other] avaimet { $key }
        } viimeistään { $end }
    .heading = Varaus päättyy pian
    .intro =
        { form-of-the-key } varaus henkilölle { $person } päättyy { $end }. { $keys ->
            [one] Palauta avain siihen mennessä samalla PIN-koodilla.
           *[other] Palauta avaimet siihen mennessä samalla PIN-koodilla.
        }
    .sms =
        Muistutus: { $keys ->
            [one] avain { $item }, { $person }, on
           *[other] avaimet { $item }, { $person }, on
        } palautettava viimeistään { $end }.
        { $automat }

key-fetched =
    .name = Avain noudettu
    .subject = Avain { $key } on noudettu
    .heading = Avain on noudettu
    .intro = Henkilölle { $person } varattu avain { $key } on noudettu { $time }.
    .sms =
        Avain noudettu: { $item }, { $person }
        { $time }
        { $automat }

key-returned =
    .name = Avain palautettu
    .subject = Avain { $key } on palautettu
    .heading = Avain on palautettu
    .intro = Henkilölle { $person } varattu avain { $key } on palautettu { $time }.
    .sms =
        Avain palautettu: { $item }, { $person }
        { $time }
        { $automat }

key-not-returned =
    .name = Avainta ei palautettu ajoissa
    .subject = Palauta avain { $key }
    .heading = Avain on palauttamatta
    .intro = Avaimen { $key } varaus henkilölle { $person } päättyi { $end }, mutta avainta ei ole palautettu. Palauta avain mahdollisimman pian. PIN-koodi toimii edelleen palautuksessa.
    .sms =
        Palauta avain: { $item }, { $person }
        Varaus päättyi { $end }.
        PIN toimii yhä palautuksessa.
        { $automat }
