/// One file of a projected volume.
struct VolumeFile: Sendable, Equatable {
    var bytes: [UInt8]
    /// Permission bits.
    var mode: UInt16
}
