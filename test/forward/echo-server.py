"""A TCP and UDP server on port 7000: answers its name and how many bytes came; to a datagram also what came."""
import socket
import sys
import threading

name = sys.argv[1]


def serve(connection):
    count = 0
    while True:
        data = connection.recv(65536)
        if not data:
            break
        count += len(data)
    connection.sendall(f"{name} {count}\n".encode())
    connection.close()


def datagrams(endpoint):
    # One socket per local address, or the answer would leave from another one than was asked.
    while True:
        data, peer = endpoint.recvfrom(65536)
        endpoint.sendto(f"{name} {len(data)} ".encode() + data, peer)


for address in sys.argv[2:]:
    endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    endpoint.bind((address, 7000))
    threading.Thread(target=datagrams, args=(endpoint,), daemon=True).start()
listener = socket.create_server(("0.0.0.0", 7000), backlog=128)
print("ready", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
