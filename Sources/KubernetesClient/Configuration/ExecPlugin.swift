/// A program that prints credentials: kubeconfig's `exec`, of `client.authentication.k8s.io/v1` or `v1beta1`.
///
/// It is run when a request needs credentials and the last ones have expired, or the server has refused them; however
/// many requests wait, it runs once. The description shows neither arguments nor environment.
public struct ExecPlugin: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Whether the program may read from the terminal.
    public enum InteractiveMode: String, Sendable {
        case never = "Never"
        /// When standard input is a terminal.
        case ifAvailable = "IfAvailable"
        /// It fails without a terminal.
        case always = "Always"
    }

    /// `client.authentication.k8s.io/v1` or `client.authentication.k8s.io/v1beta1`.
    public var apiVersion: String
    /// A path, or a name that is looked up in `PATH`.
    public var command: String
    /// What it is called with.
    public var arguments: [String]
    /// What its environment has besides this process's own.
    public var environment: [String: String]
    /// What to tell somebody who does not have the program.
    public var installHint: String?
    /// Whether it may ask somebody.
    public var interactiveMode: InteractiveMode
    /// What the program is told of the cluster (`spec.cluster` of `KUBERNETES_EXEC_INFO`); `nil` tells nothing.
    public var clusterInfo: JSONValue?
    /// After so long without an end the program is killed.
    public var timeout: Duration

    public init(
        apiVersion: String = "client.authentication.k8s.io/v1", command: String, arguments: [String] = [],
        environment: [String: String] = [:], installHint: String? = nil,
        interactiveMode: InteractiveMode = .ifAvailable, clusterInfo: JSONValue? = nil,
        timeout: Duration = .seconds(60)
    ) {
        self.apiVersion = apiVersion
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.installHint = installHint
        self.interactiveMode = interactiveMode
        self.clusterInfo = clusterInfo
        self.timeout = timeout
    }

    /// What ``apiVersion`` may be.
    public static let supportedVersions = [
        "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1",
    ]

    public var description: String { "exec plugin \(command)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
