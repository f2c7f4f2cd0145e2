// A Node `ws` server that hands every frame it hears to everybody.
const { WebSocketServer, WebSocket } = require("ws")

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), perMessageDeflate: false })
const members = new Set()

server.on("connection", (socket, request) => {
  if (!request.url.includes("publish")) members.add(socket)
  socket.on("message", (data) => {
    for (const member of members) {
      if (member.readyState === WebSocket.OPEN) member.send(data, { binary: false })
    }
  })
  socket.on("close", () => members.delete(socket))
  socket.on("error", () => members.delete(socket))
})
