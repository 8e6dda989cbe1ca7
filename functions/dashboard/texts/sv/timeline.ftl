### Tidslinjen: nycklar och de dagar då de är bokade; och sidor som uppdaterar sig själva. Termer: se automats.ftl.

timeline = Tidslinje
timeline-narrow = Automat, och nycklar som är lediga under en viss tid
label-free-from-date = Ledig från (datum)
label-free-from-time = Ledig från (klockslag)
label-free-to-date = Ledig till (datum)
label-free-to-time = Ledig till (klockslag)
timeline-show = Visa nycklar
timeline-days = Dagar
timeline-before = Tidigare dagar
timeline-after = Senare dagar
timeline-length = Antal dagar
timeline-two-weeks = Två veckor
timeline-month = En månad
timeline-month-name = { $month ->
    [1] jan
    [2] feb
    [3] mars
    [4] april
    [5] maj
    [6] juni
    [7] juli
    [8] aug
    [9] sep
    [10] okt
    [11] nov
   *[12] dec
}
timeline-day = { $day } { $month }
timeline-period = { $first } – { $last } { $year }
timeline-zones = Dagar och tider anges i tidszonen för varje nyckels automat.
timeline-free = Bara nycklar som är lediga hela tiden. ”Boka” påbörjar ett avtal för den tiden.
timeline-free-cell = Ledig
timeline-book = Boka
timeline-none = Det finns inga nycklar än. En administratör lägger till dem i en automats fack.
timeline-none-free = Ingen nyckel är ledig hela den tiden.
timeline-no-more = Det finns inga fler nycklar.
timeline-more-keys = Fler nycklar
timeline-more = { $count ->
    [one] och { $count } avtal till
   *[other] och { $count } avtal till
}
timeline-hint = En tom del av en rad är ledig. Avtal som har avslutats visas inte, om inte nyckeln är försenad.
timeline-hint-book = Tryck där avtalet ska börja och sedan där det ska sluta, eller dra från det ena stället till det andra.
timeline-pick-end = Börjar #. Tryck nu där det ska sluta. Esc avbryter.
timeline-to-before-from = Detta måste vara efter början.
timeline-to-over = Den tiden är redan förbi.

live-failed = Sidan kunde inte uppdateras. Ett nytt försök görs varje minut.
live-signed-out = Du är inte längre inloggad, så sidan uppdateras inte. Ladda om den för att logga in.
