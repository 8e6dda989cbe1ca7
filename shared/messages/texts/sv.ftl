### What contacts are told, in Swedish.
###
### Hours and minutes with a full stop between them: what Språkrådet puts first and what is written in Finland; CLDR's
### colon is its second choice. Names of days and months as in CLDR. For the SMS see `en.ftl`.

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

## What the facts are called

key = Nyckel
person = Bokad för
place = Plats
from = Från
until = Till
valid = Gäller
fetched = Hämtad
returned = Återlämnad
reference = Referens
note = Meddelande
pin = PIN-kod
pin-use = Slå in PIN-koden på nyckelautomatens knappsats när du hämtar nyckeln, och igen när du lämnar tillbaka den.

key-and-property = { $key } ({ $property })

## What has changed

changed = Ändrat
changes = { $changes }
changed-person = person
changed-times = tider
changed-pin = PIN-kod
changed-contacts = kontaktpersoner
changed-note = meddelande

## Around every email

greeting = Hej { $recipient }!
preheader = { $person }, { $when }
footer = Du får det här meddelandet eftersom du är kontaktperson för den här nyckelbokningen. Det har skickats automatiskt. Tiderna anges i lokal tid vid nyckelautomaten ({ $zone }).

## The messages

contract-created =
    .subject = Nyckel { $key } är bokad för { $person }
    .heading = En nyckel är bokad
    .intro = Nyckel { $key } är bokad för { $person }. Så här hämtar du den.
    .sms =
        Nyckel { $item }, { $person }
        { $when }
        { $place }
        Hämta/lämna: PIN { $pin }

contract-updated =
    .subject = Bokningen av nyckel { $key } har ändrats
    .heading = Bokningen har ändrats
    .intro = Bokningen av nyckel { $key } för { $person } har ändrats. Så här ser den ut nu.
    .sms =
        Bokning ändrad: { $changes }.
        Nyckel { $item }, { $person }
        { $when }
        { $place }
        Hämta/lämna: PIN { $pin }

contract-ended =
    .subject = Bokningen av nyckel { $key } har avslutats
    .heading = Bokningen har avslutats
    .intro = Bokningen av nyckel { $key } för { $person } avslutades { $end }. Om du har nyckeln kvar, lämna tillbaka den: PIN-koden gäller nu bara för återlämning.
    .sms =
        Bokning avslutad { $end }: nyckel { $item }, { $person }.
        PIN gäller bara för återlämning.
        { $site }

contract-cancelled =
    .subject = Bokningen av nyckel { $key } har avbokats
    .heading = Bokningen har avbokats
    .intro = Bokningen av nyckel { $key } för { $person } har avbokats. PIN-koden gäller inte längre.
    .sms =
        Avbokad: { $item }, { $person }
        { $when }
        { $site }
        PIN gäller inte längre.

start-reminder =
    .subject = Påminnelse: nyckel { $key } från { $start }
    .heading = Bokningen börjar snart
    .intro = Bokningen av nyckel { $key } för { $person } börjar { $start }.
    .sms =
        Påminnelse: { $item }, { $person }
        { $when }
        { $place }
        Hämta/lämna: PIN { $pin }

end-reminder =
    .subject = Påminnelse: lämna tillbaka nyckel { $key } senast { $end }
    .heading = Bokningen slutar snart
    .intro = Bokningen av nyckel { $key } för { $person } slutar { $end }. Lämna tillbaka nyckeln senast då, med samma PIN-kod.
    .sms =
        Påminnelse: nyckel { $item }, { $person }, ska vara tillbaka senast { $end }.
        { $site }

key-fetched =
    .subject = Nyckel { $key } har hämtats
    .heading = Nyckeln har hämtats
    .intro = Nyckel { $key }, bokad för { $person }, hämtades { $time }.
    .sms =
        Nyckel hämtad: { $item }, { $person }
        { $time }
        { $site }

key-returned =
    .subject = Nyckel { $key } har lämnats tillbaka
    .heading = Nyckeln har lämnats tillbaka
    .intro = Nyckel { $key }, bokad för { $person }, lämnades tillbaka { $time }.
    .sms =
        Nyckel återlämnad: { $item }, { $person }
        { $time }
        { $site }

key-not-returned =
    .subject = Lämna tillbaka nyckel { $key }
    .heading = Nyckeln är inte tillbaka
    .intro = Bokningen av nyckel { $key } för { $person } gick ut { $end }, men nyckeln har inte lämnats tillbaka. Lämna tillbaka den så snart du kan: PIN-koden fungerar fortfarande för det.
    .sms =
        Lämna tillbaka nyckel { $item }, { $person }.
        Tiden gick ut { $end }.
        PIN-koden gäller än.
        { $site }
