### Messages to contacts, in Swedish.
###
### Terms, one for each thing:
### key automat: nyckelautomat · key: nyckel · booking (contract): bokning · booked for: bokad för · contact: kontaktperson ·
### PIN: PIN-kod, in an SMS "PIN" · fetch: hämta, hämtning · return: återlämna, återlämning; "lämna tillbaka" where an
### email asks for it; in an SMS with a PIN "retur", as in "returkod" · end (before its time): avsluta · cancel:
### annullera · change: ändra · note: anteckning · reference: referens · time zone: tidszon. A PIN "gäller" or does not.
###
### A full stop separates hours and minutes: Språkrådet's first choice, and usual in Finland; CLDR's colon is its second
### choice. Names of days and months as in CLDR. For the SMS see `en.ftl`.

## Times

weekday = { $weekday ->
    [1] mån
    [2] tis
    [3] ons
    [4] tors
    [5] fre
    [6] lör
   *[7] sön
}
month = { $month ->
    [1] jan.
    [2] feb.
    [3] mars
    [4] apr.
    [5] maj
    [6] juni
    [7] juli
    [8] aug.
    [9] sep.
    [10] okt.
    [11] nov.
   *[12] dec.
}
clock = { $hour }.{ PAD($minute) }
moment = { weekday } { $day } { month } { $year } kl. { clock }
day-and-time = { weekday } { $day } { month } kl. { clock }
range = { $start } – { $end }
range-in-a-day = { $start }–{ $clock }
range-without-end = fr.o.m. { $start } tills vidare
no-end = tills vidare

## Labels of the facts

key = Nyckel
person = Bokad för
automat = Nyckelautomat
from = Från
until = Till
valid = Gäller
fetched = Hämtad
returned = Återlämnad
hours = Hämtningstider
reference = Referens
note = Anteckning
pin = PIN-kod
pin-use = { $keys ->
    [one] Slå in PIN-koden på nyckelautomatens knappsats när du hämtar nyckeln, och igen när du lämnar tillbaka den.
   *[other] Slå in PIN-koden på nyckelautomatens knappsats när du hämtar nycklarna, och igen när du lämnar tillbaka dem. Facken öppnas ett i taget.
}

## The keys of a message: at the start of a sentence, within one, and in an SMS

form-the-key-first = { $keys ->
    [one] Nyckel { $key }
   *[other] Nycklarna { $key }
}
form-the-key = { $keys ->
    [one] nyckel { $key }
   *[other] nycklarna { $key }
}
form-sms-key-first = { $keys ->
    [one] Nyckel { $item }
   *[other] Nycklar { $item }
}
form-sms-key = { $keys ->
    [one] nyckel { $item }
   *[other] nycklar { $item }
}
form-booked = { $keys ->
    [one] är bokad
   *[other] är bokade
}

key-and-property = { $one-key } ({ $property })

## Changes

changed = Ändrat
changed-keys = nycklar
changed-person = person
changed-times = tid
changed-pin = PIN-kod
changed-schedule = hämtningstider
changed-contacts = kontaktpersoner
changed-note = anteckning
changed-zone = nyckelautomatens tidszon

## Common to all emails

greeting = Hej { $recipient }!
kicker = { form-the-key-first }
preheader = { $person }, { $when }
footer = Du får det här meddelandet eftersom du är kontaktperson för den här nyckelbokningen. Det har skickats automatiskt. Tiderna anges i nyckelautomatens lokala tid ({ $zone }).

## The messages

contract-created =
    .name = Avtal skapat
    .subject = { form-the-key-first } { form-booked } för { $person }
    .heading =
        { $keys ->
            [one] En nyckel är bokad
           *[other] Nycklar är bokade
        }
    .intro =
        { form-the-key-first } { form-booked } för { $person }. { $keys ->
            [one] Så här hämtar du den.
           *[other] Så här hämtar du dem.
        }
    .sms =
        { form-sms-key-first }, { $person }
        { $when }
        { $automat-and-address }
        Hämtning och retur: PIN { $pin }

contract-updated =
    .name = Avtal ändrat
    .subject = Bokningen av { form-the-key } har ändrats
    .heading = Bokningen har ändrats
    .intro = Bokningen av { form-the-key } för { $person } har ändrats. Här är de aktuella uppgifterna.
    .sms =
        Bokning ändrad: { $changes }.
        { form-sms-key-first }, { $person }
        { $when }
        { $automat-and-address }
        Hämtning och retur: PIN { $pin }

contract-ended =
    .name = Avtal avslutat
    .subject = Bokningen av { form-the-key } har avslutats
    .heading = Bokningen har avslutats
    .intro = Bokningen av { form-the-key } för { $person } avslutades { $end }. { $keys ->
            [one] Om du har nyckeln kvar, lämna tillbaka den.
           *[other] Om du har någon nyckel kvar, lämna tillbaka den.
        } PIN-koden gäller nu bara för återlämning.
    .sms =
        Bokning avslutad { $end }: { form-sms-key }, { $person }.
        PIN gäller bara för återlämning.
        { $automat }

contract-cancelled =
    .name = Avtal annullerat
    .subject = Bokningen av { form-the-key } har annullerats
    .heading = Bokningen har annullerats
    .intro = Bokningen av { form-the-key } för { $person } har annullerats. PIN-koden gäller inte längre.
    .sms =
        Annullerad: { $item }, { $person }
        { $when }
        { $automat }
        PIN gäller inte längre.

start-reminder =
    .name = Påminnelse 24 timmar före starten
    .subject = Påminnelse: bokningen av nyckel { $key } börjar { $start }
    .heading = Bokningen börjar snart
    .intro = Bokningen av { form-the-key } för { $person } börjar { $start }.
    .sms =
        Påminnelse: { $item }, { $person }
        { $when }
        { $automat-and-address }
        Hämtning: PIN { $pin }

end-reminder =
    .name = Påminnelse 2 timmar före slutet
    .subject = Påminnelse: lämna tillbaka { form-the-key } senast { $end }
    .heading = Bokningen slutar snart
    .intro = Bokningen av { form-the-key } för { $person } slutar { $end }. { $keys ->
            [one] Lämna tillbaka nyckeln senast då, med samma PIN-kod.
           *[other] Lämna tillbaka nycklarna senast då, med samma PIN-kod.
        }
    .sms =
        Påminnelse: { form-sms-key }, { $person }, ska återlämnas senast { $end }.
        { $automat }

key-fetched =
    .name = Nyckel hämtad
    .subject = Nyckel { $key } har hämtats
    .heading = Nyckeln har hämtats
    .intro = Nyckel { $key }, bokad för { $person }, hämtades { $time }.
    .sms =
        Nyckel hämtad: { $item }, { $person }
        { $time }
        { $automat }

key-returned =
    .name = Nyckel återlämnad
    .subject = Nyckel { $key } har återlämnats
    .heading = Nyckeln har återlämnats
    .intro = Nyckel { $key }, bokad för { $person }, återlämnades { $time }.
    .sms =
        Nyckel återlämnad: { $item }, { $person }
        { $time }
        { $automat }

key-not-returned =
    .name = Nyckel inte återlämnad i tid
    .subject = Lämna tillbaka nyckel { $key }
    .heading = Nyckeln har inte återlämnats
    .intro = Bokningen av nyckel { $key } för { $person } slutade { $end }, men nyckeln har inte återlämnats. Lämna tillbaka den så snart du kan. PIN-koden gäller fortfarande för återlämning.
    .sms =
        Återlämna nyckel { $item }, { $person }.
        Bokningen slutade { $end }.
        PIN gäller fortfarande.
        { $automat }
