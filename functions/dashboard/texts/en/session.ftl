sign-in-again = Sign in again
sign-in-in-a-new-tab = Sign in in a new tab
send-again = Send again

session-ended = You are signed out
session-ended-advice = Nothing was done. Sign in in a new tab, come back to this one, and send it again: what you typed is still here.

session-foreign = This did not come from the dashboard
session-foreign-advice = Nothing was done. Another page sent it, or the browser does not say which one. Go to the page that you want, and do it there.

session-newcomer = You have no role yet
session-newcomer-advice = You are signed in, but may not see anything. Ask an admin to make you a viewer, an operator or an admin, then sign out and in again.

session-denied = You are not signed in
session-denied-advice = The sign-in was broken off.

session-lost = You are not signed in
session-lost-advice = The sign-in took too long, or was finished already. If this goes on, see that your browser keeps cookies of this page.

session-trouble = We cannot tell who you are
session-trouble-advice = The sign-in does not answer. Nothing was done. Try again in a moment.
