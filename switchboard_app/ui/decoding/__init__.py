"""Files of strangers are decoded in a process of their own, never in the window.

A decoder (PNG, JPEG, AAC …) is the one part of the program that runs over bytes which anybody may have made. So it runs
where a crash, a hang or a bomb costs nothing: in a second process of the same program (the hidden verb ``decoder``, in
`serve`), with little memory, no network where the system allows it, and no right to write a file (`limits`). It answers
with raw pixels or raw samples, which need no decoding and whose sizes the window checks (`process`, `decoder`).

`serve`, `limits`, `pictures`, `sounds` run in the decoder; `process` and `decoder` in the window; `frames` in both.
"""
