import Foundation

/// The IPv4 TCP sockets of this machine, from /proc/net/tcp.
struct SocketTable: Sendable {
    struct Socket: Sendable, Equatable {
        var local: Place
        var remote: Place
        var isListening: Bool
        /// The user who made it.
        var user: UInt32
    }

    struct Place: Sendable, Hashable {
        var address: String
        var port: Int
    }

    let sockets: [Socket]

    /// Read to its end, since the kernel hands out the table piece by piece.
    static var current: SocketTable {
        let data = try? FileHandle(forReadingAtPath: "/proc/net/tcp")?.readToEnd()
        return SocketTable(String(decoding: data ?? Data(), as: UTF8.self))
    }

    init(_ text: String) {
        sockets = text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 7, let local = Place(hexadecimal: fields[1]),
                let remote = Place(hexadecimal: fields[2]), let user = UInt32(fields[7])
            else { return nil }
            return Socket(local: local, remote: remote, isListening: fields[3] == "0A", user: user)
        }
    }

    /// The addresses on which somebody listens.
    var listening: Set<String> { Set(sockets.filter(\.isListening).map(\.local.address)) }

    /// Who holds the other end of a connection, when that end is on this machine.
    func user(from remote: Place, to local: Place) -> UInt32? {
        sockets.first { $0.local == remote && $0.remote == local }?.user
    }
}

extension SocketTable.Place {
    /// `0100007F:1F90`: the address is in the machine's byte order, here little-endian.
    fileprivate init?(hexadecimal text: Substring) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let value = UInt32(parts[0], radix: 16), let port = Int(parts[1], radix: 16) else {
            return nil
        }
        address = (0..<4).map { String(value >> ($0 * 8) & 0xFF) }.joined(separator: ".")
        self.port = port
    }
}
