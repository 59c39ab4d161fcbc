import Crypto
import Foundation

/// The choice of a network 127.N.0.0/16 that no other local cluster or node uses.
enum LoopbackNetwork {
    /// - Parameters:
    ///   - path: where to begin; the same state folder gets the same network when it is free.
    ///   - places: addresses and ports that nobody may be listening on.
    static func free(
        startingFrom path: String, _ places: (ClusterAddresses) -> [(address: String, port: Int)]
    ) async throws(LocalClusterError) -> Int {
        let digest = Array(SHA256.hash(data: Data(path.utf8)))
        let start = Int(digest[0]) << 8 | Int(digest[1])
        for step in 0..<240 {
            let network = 10 + (start + step) % 240
            var isFree = true
            for place in places(ClusterAddresses(network: network)) where isFree {
                isFree = await Ports.isFree(place.address, place.port)
            }
            if isFree { return network }
        }
        throw LocalClusterError(.portInUse, "No loopback network 127.x is free for another local cluster.")
    }
}
