import KubernetesClient

/// Configurations of admission webhooks. They are kept and checked; nobody is asked.
extension BuiltinValidation {
    mutating func webhooks(_ object: JSONValue) {
        var names: Set<String> = []
        for (index, hook) in (object["webhooks"]?.arrayValue ?? []).enumerated() {
            let here = "webhooks[\(index)]"
            let name = hook["name"]?.stringValue ?? ""
            if name.isEmpty {
                fail(.required("\(here).name"))
            } else {
                text(.string(name), "\(here).name", Names.faultsOfSubdomain)
                if Names.faultsOfSubdomain(name).isEmpty, name.split(separator: ".").count < 3 {
                    let detail = "should be a domain with at least three segments separated by dots"
                    fail(.invalid("\(here).name", .string(name), detail))
                }
                require(names.insert(name).inserted, .duplicate("\(here).name", .string(name)))
            }
            if hook["admissionReviewVersions"]?.arrayValue?.isEmpty ?? true {
                fail(.required("\(here).admissionReviewVersions", "must specify one of v1, v1beta1"))
            }
            choice(hook["failurePolicy"], "\(here).failurePolicy", ["Fail", "Ignore"])
            choice(hook["matchPolicy"], "\(here).matchPolicy", ["Equivalent", "Exact"])
            if let effects = hook["sideEffects"], effects != "" {
                choice(effects, "\(here).sideEffects", ["None", "NoneOnDryRun"])
            } else {
                fail(.required("\(here).sideEffects", "must specify one of None, NoneOnDryRun"))
            }
            if let seconds = hook["timeoutSeconds"], !(1...30).contains(seconds.integerValue ?? 0) {
                let detail = "the timeout value must be between 1 and 30 seconds"
                fail(.invalid("\(here).timeoutSeconds", seconds, detail))
            }
            let client = hook["clientConfig"] ?? [:]
            if (client["url"] == nil) == (client["service"] == nil) {
                fail(.required("\(here).clientConfig", "exactly one of url or service is required"))
            }
        }
    }
}
