-- A comment of ordinary length, as a client of the Perspective API sends it.
wrk.method = "POST"
wrk.path = "/v1alpha1/comments:analyze?key=any"
wrk.headers["content-type"] = "application/json"
wrk.body = [[{"comment": {"text": "The council has put off this vote three times now, and every time the reason was a different one. If the figures for the bridge are as good as they say, they should publish them before the summer, so that those who live beside it can read what they are asked to pay for."}, "languages": ["en"], "requestedAttributes": {"TOXICITY": {}}, "doNotStore": true}]]
