"""Start a call on a voice channel: what a channel id is for.

    python call.py "$(pulumi stack output channel_id)" +31612345678

The settings are those of the provider: BIRD_ACCESS_KEY, BIRD_WORKSPACE_ID and BIRD_API_URL.
Source: Bird's Voice Calls API, "Initiate an outbound call" and "Say Text-To-Speech".
"""

import os
import sys

import requests

channel_id, to = sys.argv[1:]
bird = os.environ.get("BIRD_API_URL", "https://api.bird.com")
workspace_id = os.environ["BIRD_WORKSPACE_ID"]

answer = requests.post(
    f"{bird}/workspaces/{workspace_id}/channels/{channel_id}/calls",
    headers={"Authorization": f"AccessKey {os.environ['BIRD_ACCESS_KEY']}"},
    json={
        "to": to,
        "callFlow": [
            {"command": "say", "options": {"text": "Hello from Pulumi.", "locale": "en-US"}},
            {"command": "hangup"},
        ],
    },
    timeout=30,
)
if not answer.ok:
    sys.exit(f"Bird answered {answer.status_code}: {answer.text}")
call = answer.json()
print(call["id"], call["status"])
