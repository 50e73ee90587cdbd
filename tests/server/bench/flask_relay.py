"""The plan's own choice, as small as it can be: Flask and flask-sock, a thread a socket, rooms in a dictionary.

It checks no token, no field and no limit, stores nothing, and does not coalesce: all that it does is relay.
"""

import sys

from flask import Flask, request
from flask_sock import Sock

app = Flask(__name__)
sock = Sock(app)
followers = {}


@sock.route("/ws")
def runbuddy(socket):
    """Relay what the leader of a session says to its follower."""
    session_id = request.args["sessionId"]
    if request.args["role"] == "follower":
        followers[session_id] = socket
        while True:
            socket.receive()
    while True:
        frame = socket.receive()
        if (follower := followers.get(session_id)) is not None:
            follower.send(frame)


if __name__ == "__main__":
    print(sys.argv[1], flush=True)
    app.run("127.0.0.1", int(sys.argv[1]), threaded=True)
