import KubernetesClient

/// Where Services lead to.
extension BuiltinValidation {
    mutating func endpointSlice(_ slice: JSONValue, _ old: JSONValue?) {
        let type = slice["addressType"]?.stringValue ?? ""
        if type.isEmpty {
            fail(.required("addressType"))
        } else {
            choice(.string(type), "addressType", ["FQDN", "IPv4", "IPv6"])
        }
        immutable(["addressType"], slice, old)
        for (index, endpoint) in (slice["endpoints"]?.arrayValue ?? []).enumerated() {
            let here = "endpoints[\(index)]"
            let addresses = endpoint["addresses"]?.arrayValue ?? []
            if addresses.isEmpty { fail(.required("\(here).addresses", "must contain at least 1 address")) }
            for (place, address) in addresses.enumerated() {
                endpointAddress(address, type, "\(here).addresses", "\(here).addresses[\(place)]")
            }
            text(endpoint["hostname"], "\(here).hostname", Names.faultsOfLabel)
            if let name = endpoint["nodeName"] { givenText(name, "\(here).nodeName", Names.faultsOfSubdomain) }
        }
        var names: Set<String> = []
        for (index, port) in (slice["ports"]?.arrayValue ?? []).enumerated() {
            let here = "ports[\(index)]"
            let name = port["name"]?.stringValue ?? ""
            require(names.insert(name).inserted, .duplicate("\(here).name", .string(name)))
            text(.string(name), "\(here).name", Names.faultsOfLabel)
            choice(port["protocol"], "\(here).protocol", ["SCTP", "TCP", "UDP"])
            text(port["appProtocol"], "\(here).appProtocol", Names.faultsOfQualifiedName)
        }
    }

    private mutating func endpointAddress(_ value: JSONValue, _ type: String, _ list: String, _ path: String) {
        if type == "FQDN" { return text(value, path, Names.faultsOfSubdomain) }
        guard let address = IPAddress(value.stringValue ?? "") else { return self.address(value, path) }
        guard type.hasPrefix("IPv") else { return }
        if address.isIPv4 != (type == "IPv4") { fail(.invalid(list, value, "must be an \(type) address")) }
        publicAddress(value, path)
    }

    mutating func endpoints(_ object: JSONValue) {
        for (index, subset) in (object["subsets"]?.arrayValue ?? []).enumerated() {
            let here = "subsets[\(index)]"
            if subset["addresses"] == nil, subset["notReadyAddresses"] == nil {
                fail(.required(here, "must specify `addresses` or `notReadyAddresses`"))
            }
            for list in ["addresses", "notReadyAddresses"] {
                for (place, address) in (subset[list]?.arrayValue ?? []).enumerated() {
                    let path = "\(here).\(list)[\(place)].ip"
                    let value = address["ip"] ?? ""
                    if IPAddress(value.stringValue ?? "", leadingZeros: true) == nil {
                        fail(.invalid(path, value, "must be a valid IP address"))
                    }
                    publicAddress(value, path)
                }
            }
            let ports = subset["ports"]?.arrayValue ?? []
            for (place, port) in ports.enumerated() {
                let path = "\(here).ports[\(place)]"
                let name = port["name"]?.stringValue ?? ""
                if name.isEmpty, ports.count > 1 { fail(.required("\(path).name")) }
                text(.string(name), "\(path).name", Names.faultsOfLabel)
                range(port["port"], "\(path).port", 1...65_535)
            }
        }
    }
}
