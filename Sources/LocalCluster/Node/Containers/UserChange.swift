/// Starts a program as another user, when we are root.
///
/// `setpriv` (util-linux) gives up the rights in a process of its own and becomes the program, keeping the pid. Doing it
/// between fork and exec of a process with many threads can hang: glibc's set*id functions then wait for threads that
/// the new process does not have.
public struct UserChange: Sendable, Hashable {
    public var user: UInt32
    public var group: UInt32
    public var supplementaryGroups: [UInt32]

    public init(user: UInt32, group: UInt32, supplementaryGroups: [UInt32] = []) {
        self.user = user
        self.group = group
        self.supplementaryGroups = supplementaryGroups
    }

    /// What to start instead of a program with these arguments.
    public func command(_ program: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
        let groups =
            supplementaryGroups.isEmpty
            ? "--clear-groups" : "--groups=\(supplementaryGroups.map(String.init).joined(separator: ","))"
        return (
            "/usr/bin/setpriv", ["--reuid=\(user)", "--regid=\(group)", groups, "--", program] + arguments
        )
    }
}
