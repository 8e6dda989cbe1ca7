// What makes the pages pleasant. None of them needs it.
"use strict";
