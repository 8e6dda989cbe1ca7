### Aikajana: avaimet ja päivät, joille ne on varattu; sekä itsestään päivittyvät sivut. Termit: katso automats.ftl.

timeline = Aikajana
timeline-narrow = Automaatti, ja tiettynä aikana vapaat avaimet
label-free-from-date = Vapaana alkaen (päivä)
label-free-from-time = Vapaana alkaen (kellonaika)
label-free-to-date = Vapaana saakka (päivä)
label-free-to-time = Vapaana saakka (kellonaika)
timeline-show = Näytä avaimet
timeline-days = Päivät
timeline-before = Aiemmat päivät
timeline-after = Myöhemmät päivät
timeline-length = Päivien määrä
timeline-two-weeks = Kaksi viikkoa
timeline-month = Kuukausi
timeline-month-name = { $month }.
timeline-day = { $day }.{ $month }
timeline-period = { $first } – { $last }{ $year }
timeline-zones = Päivät ja ajat ovat kunkin avaimen automaatin aikavyöhykkeellä.
timeline-free = Vain avaimet, jotka ovat vapaina koko ajan. ”Varaa” aloittaa sopimuksen tälle ajalle.
timeline-free-cell = Vapaa
timeline-book = Varaa
timeline-none = Avaimia ei vielä ole. Ylläpitäjä lisää ne automaatin lokeroihin.
timeline-none-free = Mikään avain ei ole vapaana koko tätä aikaa.
timeline-no-more = Avaimia ei ole enempää.
timeline-more-keys = Lisää avaimia
timeline-more = { $count ->
    [one] ja { $count } muu sopimus
   *[other] ja { $count } muuta sopimusta
}
timeline-hint = Rivin tyhjä kohta on vapaa. Päättyneitä sopimuksia ei näytetä, ellei avain ole myöhässä.
timeline-hint-book = Paina kohtaa, josta sopimus alkaa, ja sitten kohtaa, johon se päättyy, tai vedä kohdasta toiseen.
timeline-pick-end = Alkaa #. Paina nyt kohtaa, johon se päättyy. Esc peruuttaa.
timeline-to-before-from = Tämän on oltava alun jälkeen.
timeline-to-over = Tämä aika on jo ohi.

live-failed = Sivua ei voitu päivittää. Uusi yritys tehdään joka minuutti.
live-signed-out = Et ole enää kirjautuneena, joten sivu ei päivity. Lataa se uudelleen ja kirjaudu sisään.
