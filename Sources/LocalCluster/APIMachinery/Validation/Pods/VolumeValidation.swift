import KubernetesClient

extension BuiltinValidation {
    /// The kinds of volumes, in the order in which Kubernetes looks at them.
    private static let volumeKinds = [
        "emptyDir", "hostPath", "secret", "nfs", "persistentVolumeClaim", "configMap", "downwardAPI", "projected",
        "csi",
        "ephemeral", "image",
    ]
    private static let fileFields = [
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
    ]

    /// - Parameter names: of the volumes that are right; its own is added.
    mutating func volume(_ volume: JSONValue, _ path: String, _ names: inout Set<String>) {
        let before = errors.count
        for (place, kind) in Self.volumeKinds.filter({ volume[$0] != nil }).enumerated() {
            let here = "\(path).\(kind)"
            if place > 0 {
                fail(.forbidden(here, "may not specify more than 1 volume type"))
                continue
            }
            volumeSource(volume[kind] ?? [:], kind, here)
        }
        let name = volume["name"]?.stringValue ?? ""
        if name.isEmpty { return }
        text(.string(name), "\(path).name", Names.faultsOfLabel)
        if names.contains(name) { fail(.duplicate("\(path).name", .string(name))) }
        if errors.count == before { names.insert(name) }
    }

    private mutating func volumeSource(_ source: JSONValue, _ kind: String, _ path: String) {
        fileMode(source["defaultMode"], "\(path).defaultMode")
        switch kind {
        case "emptyDir":
            if let limit = source["sizeLimit"]?.stringValue.flatMap(Quantity.value), limit < 0 {
                fail(.forbidden("\(path).sizeLimit", "SizeLimit field must be a valid resource quantity"))
            }
        case "hostPath":
            withoutBacksteps(source["path"], "\(path).path")
            choice(
                source["type"], "\(path).type",
                [
                    "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket",
                ])
        case "secret", "configMap":
            let name = kind == "secret" ? "secretName" : "name"
            if (source[name]?.stringValue ?? "").isEmpty { fail(.required("\(path).\(name)")) }
            keysToPaths(source, path)
        case "nfs":
            if let server = source["path"], server.stringValue?.hasPrefix("/") == false {
                fail(.invalid("\(path).path", server, "must be an absolute path"))
            }
        case "downwardAPI":
            for file in source["items"]?.arrayValue ?? [] { downwardFile(file, path) }
        case "projected": projections(source, path)
        case "ephemeral":
            guard let template = source["volumeClaimTemplate"] else {
                return fail(.required("\(path).volumeClaimTemplate"))
            }
            claim(template["spec"] ?? [:], nil, "\(path).volumeClaimTemplate.spec")
        default: break
        }
    }

    private mutating func keysToPaths(_ source: JSONValue, _ path: String) {
        for (index, item) in (source["items"]?.arrayValue ?? []).enumerated() {
            let here = "\(path).items[\(index)]"
            for field in ["key", "path"] where (item[field]?.stringValue ?? "").isEmpty {
                fail(.required("\(here).\(field)"))
            }
            innerPath(item["path"], "\(here).path")
            fileMode(item["mode"], "\(here).mode")
        }
    }

    private mutating func downwardFile(_ file: JSONValue, _ path: String) {
        if (file["path"]?.stringValue ?? "").isEmpty { fail(.required("\(path).path")) }
        innerPath(file["path"], "\(path).path")
        fileMode(file["mode"], "\(path).mode")
        if let field = file["fieldRef"] {
            fieldReference(field, "\(path).fieldRef", Self.fileFields)
            if file["resourceFieldRef"] != nil {
                fail(
                    .invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"))
            }
        } else if let resource = file["resourceFieldRef"] {
            if (resource["containerName"]?.stringValue ?? "").isEmpty {
                fail(.required("\(path).resourceFieldRef.containerName"))
            }
            resourceReference(resource, "\(path).resourceFieldRef")
        } else {
            fail(.required(path, "one of fieldRef and resourceFieldRef is required"))
        }
    }

    private mutating func projections(_ volume: JSONValue, _ path: String) {
        var paths: Set<String> = []
        for (index, source) in (volume["sources"]?.arrayValue ?? []).enumerated() {
            let here = "\(path).sources[\(index)]"
            for kind in ["secret", "configMap", "downwardAPI"] {
                guard let projection = source[kind] else { continue }
                let name = projection["name"]?.stringValue ?? ""
                if kind == "downwardAPI" {
                    for file in projection["items"]?.arrayValue ?? [] { downwardFile(file, "\(here).\(kind)") }
                } else {
                    if name.isEmpty { fail(.required("\(here).\(kind).name")) }
                    keysToPaths(projection, "\(here).\(kind)")
                }
                for item in projection["items"]?.arrayValue ?? [] {
                    guard let file = item["path"]?.stringValue, !file.isEmpty, !paths.insert(file).inserted else {
                        continue
                    }
                    fail(
                        .invalid(path, .string(kind == "downwardAPI" ? file : name), "conflicting duplicate paths"))
                }
            }
            if let token = source["serviceAccountToken"] {
                let seconds = token["expirationSeconds"] ?? 0
                if (seconds.integerValue ?? 0) < 600 {
                    fail(
                        .invalid(
                            "\(here).serviceAccountToken.expirationSeconds", seconds,
                            "may not specify a duration less than 10 minutes"))
                } else if (seconds.integerValue ?? 0) > 1 << 32 {
                    fail(
                        .invalid(
                            "\(here).serviceAccountToken.expirationSeconds", seconds,
                            "may not specify a duration larger than 2^32 seconds"))
                }
                if (token["path"]?.stringValue ?? "").isEmpty { fail(.required("\(path).path")) }
                innerPath(token["path"], "\(path).path")
            }
            if (source.objectValue?.count ?? 0) > 1 {
                fail(.forbidden(here, "may not specify more than 1 volume type per source"))
            }
        }
    }
}
