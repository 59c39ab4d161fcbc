/// Where and how a local cluster runs.
public struct LocalClusterConfiguration: Sendable {
    public var state: StateDirectory
    /// Where Ingresses are served.
    public var edgeAddress: String
    public var edgePort: Int
    /// Folders in which the programs of containers are looked up before PATH.
    public var binaryDirectories: [String]

    public init(state: StateDirectory, edgeAddress: String, edgePort: Int, binaryDirectories: [String]) {
        self.state = state
        self.edgeAddress = edgeAddress
        self.edgePort = edgePort
        self.binaryDirectories = binaryDirectories
    }
}
