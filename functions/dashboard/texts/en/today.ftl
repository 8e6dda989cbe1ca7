### Today: what needs attention now, and what the rest of the day brings. Terms: see automats.ftl.

pages = Sections
today = Today
contracts = Contracts
today-as-of = As of { $time } ({ $zone }).
today-zones = Other times are in the time zone of each automat.

today-overdue = Overdue
today-overdue-none = No key is overdue
today-overdue-all = All overdue contracts
today-due = Due
today-no-number = No phone number
today-late-now = Due now
today-late-minutes = { $count ->
    [one] { $count } minute late
   *[other] { $count } minutes late
}
today-late-hours = { $count ->
    [one] { $count } hour late
   *[other] { $count } hours late
}
today-late-days = { $count ->
    [one] { $count } day late
   *[other] { $count } days late
}

today-attention = Automats that need attention
today-attention-none = No automat needs attention
today-never-connected = { $count ->
    [one] { $count } automat has never connected
   *[other] { $count } automats have never connected
}
today-automats-all = All automats

today-fetches = To be fetched today
today-fetches-none = No more contracts start today.
today-fetches-all = All contracts that start today
today-returns = To be returned today
today-returns-none = No more keys are due back today.
today-returns-all = All keys due back today
today-failing = PINs that will not work
today-failing-explained = These contracts start within two hours, and their automat has no connection. Somebody should open the locker there, or let the person know.
today-alerts = Alerts
today-alerts-none = No alerts in the last 24 hours
today-alerts-all = All alerts
today-steps = Getting started
today-step-automat = Add an automat
today-step-keys = Add keys to its lockers
today-step-device = Connect its device
today-step-contract = Select a key, and create a contract: its person gets a PIN
today-step-done = done
today-step-device-how = Whoever runs this system gives the device its certificate and keypad key (runbook “Automats”). Once it is connected, it reports its lockers.
