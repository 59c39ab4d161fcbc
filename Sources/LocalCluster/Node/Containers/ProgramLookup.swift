import Foundation

/// Finds the program that a container's command names: images are not pulled, their programs are this machine's.
struct ProgramLookup: Sendable {
    /// Looked at before `PATH`.
    let folders: [String]
    let path: String

    init(folders: [String], path: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") {
        self.folders = folders
        self.path = path
    }

    /// The absolute path of the program and the arguments after it.
    ///
    /// Without a command the image's own would run; the program is then the one named like the image.
    ///
    /// - Throws: ``NodeError`` that tells where was looked.
    func find(_ container: ContainerSpec, _ command: [String], _ arguments: [String]) throws -> (String, [String]) {
        let name = command.first ?? Self.imageName(container.image)
        let rest = Array(command.dropFirst()) + arguments
        let base = name.split(separator: "/").last.map(String.init) ?? name
        for folder in folders where Self.isProgram("\(folder)/\(base)") { return ("\(folder)/\(base)", rest) }
        if name.contains("/") {
            if name.hasPrefix("/"), Self.isProgram(name) { return (name, rest) }
        } else {
            for folder in path.split(separator: ":") where Self.isProgram("\(folder)/\(name)") {
                return ("\(folder)/\(name)", rest)
            }
        }
        throw NodeError(
            .programNotFound,
            "no program \"\(name)\" in \(folders.joined(separator: ", ")) or PATH; this node runs programs of its "
                + "machine and pulls no images (image \"\(container.image)\")")
    }

    /// `registry.example.com:5000/shop/user-service:1.0` → `user-service`.
    static func imageName(_ image: String) -> String {
        let name = image.split(separator: "@").first?.split(separator: "/").last ?? ""
        return String(name.split(separator: ":").first ?? "")
    }

    private static func isProgram(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
            && FileManager.default.isExecutableFile(atPath: path)
    }
}
