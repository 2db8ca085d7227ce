"""A WebSocket at a server's end (RFC 6455), as far as the stand-ins need it: text, pings, and a close in good order."""

import base64
import hashlib
import struct
import threading

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
LONGEST = 1 << 24
TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA


class WebSocketHandler:
    """One connection, once a request of http.server was upgraded to it."""

    def __init__(self, read, write):
        self._read, self._write = read, write
        self._writing = threading.Lock()
        self.closed = False

    @classmethod
    def accept(cls, handler):
        """Upgrades the request; None, with 400 answered, when it asks for no WebSocket."""
        key = handler.headers.get("Sec-WebSocket-Key")
        if "websocket" not in handler.headers.get("Upgrade", "").lower() or key is None:
            handler.send_response(400)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return None
        proof = base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()
        handler.send_response(101)
        handler.send_header("Upgrade", "websocket")
        handler.send_header("Connection", "Upgrade")
        handler.send_header("Sec-WebSocket-Accept", proof)
        handler.end_headers()
        handler.wfile.flush()
        handler.close_connection = True
        return cls(handler.rfile, handler.wfile)

    def send(self, text):
        """Sends a text; nothing once the connection is over."""
        self._frame(TEXT, text.encode())

    def receive(self):
        """The next text; None once the connection is over."""
        whole = b""
        while not self.closed:
            frame = self._next()
            if frame is None:
                break
            last, kind, data = frame
            if kind == PING:
                self._frame(PONG, data)
            elif kind == CLOSE:
                self.close()
            elif kind != PONG:
                whole += data
                if last:
                    return whole.decode()
        self.closed = True
        return None

    def close(self):
        """Closes it in good order."""
        self._frame(CLOSE, struct.pack(">H", 1000))
        self.closed = True

    def _frame(self, kind, data):
        size = len(data)
        if size < 126:
            head = struct.pack(">BB", 0x80 | kind, size)
        elif size < 1 << 16:
            head = struct.pack(">BBH", 0x80 | kind, 126, size)
        else:
            head = struct.pack(">BBQ", 0x80 | kind, 127, size)
        with self._writing:
            if self.closed:
                return
            try:
                self._write.write(head + data)
                self._write.flush()
            except (OSError, ValueError):
                self.closed = True

    def _next(self):
        try:
            first, second = self._exactly(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack(">H", self._exactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", self._exactly(8))
            # What a client sends is masked (section 5.1).
            if not second & 0x80 or size > LONGEST:
                return None
            mask = self._exactly(4)
            data = bytes(byte ^ mask[at % 4] for at, byte in enumerate(self._exactly(size)))
        except (OSError, ValueError, EOFError):
            return None
        return bool(first & 0x80), first & 0x0F, data

    def _exactly(self, size):
        data = self._read.read(size)
        if data is None or len(data) < size:
            raise EOFError
        return data
