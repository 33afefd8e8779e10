//! What people write about: parts of titles and texts.

/// What does not work or is wanted, by template of thought: subject and complaint.
pub const SUBJECTS: &[&str] = &[
    "Invoice PDF",
    "Calendar",
    "Visit report",
    "Photo upload",
    "Sign-in",
    "Time sheet",
    "Quote",
    "Customer search",
    "Map",
    "Push message",
    "Price list",
    "Export to CSV",
    "Dark mode",
    "Offline mode",
    "Signature pad",
    "Stock list",
    "Payment terminal",
    "Team view",
    "Route planner",
    "Weekly mail",
    "Import of customers",
    "Settings page",
    "Webhook",
    "Audit page",
    "Two-step sign-in",
    "Print view",
    "Barcode scanner",
    "Holiday planner",
];

/// What is wrong with it.
pub const COMPLAINTS: &[&str] = &[
    "shows the wrong VAT rate for Swiss customers",
    "drops recurring visits after the clock change",
    "times out above 10,000 rows",
    "is unreadable on phones in dark mode",
    "loses the scroll position after a save",
    "sends every message twice",
    "does not remember the last filter",
    "is off by one day in January",
    "cannot be reached by keyboard",
    "forgets unsaved text when the session ends",
    "covers the button on tablets",
    "rounds differently from the quote by one cent",
    "reports no line numbers on errors",
    "needs four clicks for one thing",
    "stays empty for new team members",
    "should show travel time between two visits",
    "should take drag and drop",
    "should be sortable by due date",
    "loops in Safari when site data is blocked",
    "prints in the wrong language",
    "crashes on very long names",
    "ignores the time zone of the customer",
    "waits for ever without a network",
    "should offer an undo",
    "mixes up two customers of the same name",
    "is slow on Monday mornings",
];

/// Openings of descriptions.
pub const SITUATIONS: &[&str] = &[
    "Since the last release this happens on every second try.",
    "A customer called about it this morning, and two more wrote.",
    "Seen on Android 15 and on the web, not on iOS.",
    "It worked before the update; the log of that day is attached.",
    "This is not urgent, but it costs everybody a minute a day.",
    "We found it while preparing the demo for the fair.",
    "Our accountant noticed it; the sums are right, the line below is not.",
];

/// Middle parts of descriptions, in Markdown.
pub const STEPS: &[&str] = &[
    "## Steps\n\n1. Open a customer with a visit next week.\n2. Change the date and save.\n3. Look at the list again.\n\n**Expected:** the new date.  \n**Seen:** the old one until the page is loaded again.",
    "## Steps\n\n- Sign in on a phone.\n- Switch to *flight mode*.\n- Take a photo and add it to the report.\n\nThe photo never arrives.",
    "```\nerror: deadline exceeded after 30s\n  at export.rows (10412 of 18200)\n```\n\nThe smaller export of last month works.",
    "| Device | Result |\n|---|---|\n| Pixel 8 | wrong |\n| iPhone 15 | right |\n| Firefox | wrong |",
    "It would help to have\n\n- [ ] the filter kept per person\n- [ ] a link that can be shared\n- [x] the wording agreed with support",
    "> It is the one thing that people ask for in every training.\n\nSo let us look at it once properly.",
];

/// What people comment.
pub const COMMENTS: &[&str] = &[
    "I can make it happen again with the second customer from the list.",
    "Thanks for the quick answer. Is there a date for this?",
    "The sums are right, so no corrections to the books. The line on the PDF has to be reissued.",
    "Looked into it: the rate is taken from the day of the visit, it should be the day of delivery.",
    "I take this one.",
    "Could you send a screenshot of the settings page?",
    "Here it also happens with *flight mode* switched off again.",
    "Fixed on the test system, please have a look.",
    "Confirmed, works now. Thank you.",
    "Waiting for the vendor; their ticket is open since Tuesday.",
    "This is the same cause as the report from last week.",
    "Please do not promise a date before finance has answered.",
];

/// Names of files.
pub const FILES: &[&str] = &[
    "screenshot.txt",
    "app-log.txt",
    "export.csv",
    "settings.json",
    "notes.md",
    "trace.log",
];
