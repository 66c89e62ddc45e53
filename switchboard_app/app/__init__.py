"""The one place that builds everything. Start and stop as a story:

`station.Station` reads the settings of this station. `workspace` finds the workspace, fetches its key from the keyring,
brings the schema up to date and opens the store. The engine (`sync.engine`) is made from the store, the keyring and
the mail server, and runs in a thread of its own; training (`training`) puts simulated platforms in the place of the
network. `window` shows the first page before it loads anything else, then joins both: the window reads the store, the
engine writes it, and they meet nowhere else. When the window closes, its tasks are cancelled and gathered, the engine
finishes the send under way, the store writes what is queued, and the process ends. What could not be finished is found
by the next start: queued rows are sent, a row in the middle of a send becomes uncertain, drafts are back in their
boxes.

The command line (`cli`) uses the same parts without window.
"""
