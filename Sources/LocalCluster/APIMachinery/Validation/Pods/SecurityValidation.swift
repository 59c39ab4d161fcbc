import KubernetesClient

/// The security contexts of pods and containers.
extension BuiltinValidation {
    private static let identities: ClosedRange<Int64> = 0...2_147_483_647

    mutating func podSecurity(_ spec: JSONValue, _ path: String) {
        let context = spec["securityContext"] ?? [:]
        let here = "\(path).securityContext"
        for field in ["runAsUser", "runAsGroup", "fsGroup"] {
            range(context[field], "\(here).\(field)", Self.identities)
        }
        for (index, group) in (context["supplementalGroups"]?.arrayValue ?? []).enumerated() {
            range(group, "\(here).supplementalGroups[\(index)]", Self.identities)
        }
        choice(context["fsGroupChangePolicy"], "\(here).fsGroupChangePolicy", ["Always", "OnRootMismatch"])
        choice(context["supplementalGroupsPolicy"], "\(here).supplementalGroupsPolicy", ["Merge", "Strict"])
        for (index, setting) in (context["sysctls"]?.arrayValue ?? []).enumerated()
        where (setting["name"]?.stringValue ?? "").isEmpty {
            fail(.required("\(here).sysctls[\(index)].name"))
        }
        seccomp(context["seccompProfile"], "\(here).seccompProfile")
        if spec["shareProcessNamespace"] == true, spec["hostPID"] == true {
            fail(
                .invalid(
                    "\(here).shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled"))
        }
    }

    mutating func containerSecurity(_ context: JSONValue, _ path: String) {
        for field in ["runAsUser", "runAsGroup"] { range(context[field], "\(path).\(field)", Self.identities) }
        choice(context["procMount"], "\(path).procMount", ["Default", "Unmasked"])
        seccomp(context["seccompProfile"], "\(path).seccompProfile")
    }

    private mutating func seccomp(_ profile: JSONValue?, _ path: String) {
        guard let profile else { return }
        let type = profile["type"]?.stringValue ?? ""
        if type.isEmpty { return fail(.required("\(path).type", "type is required when seccompProfile is set")) }
        choice(.string(type), "\(path).type", ["Localhost", "RuntimeDefault", "Unconfined"])
        let file = profile["localhostProfile"]
        if type == "Localhost", (file?.stringValue ?? "").isEmpty {
            fail(.required("\(path).localhostProfile", "must be set when seccomp type is Localhost"))
        } else if type != "Localhost", let file {
            fail(.invalid("\(path).localhostProfile", file, "can only be set when seccomp type is Localhost"))
        }
    }
}
