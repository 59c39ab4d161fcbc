/// A version's name in Kubernetes' order: stable versions after beta after alpha, higher numbers last.
struct KubernetesVersion: Comparable {
    private let stability: Int
    private let major: Int
    private let minor: Int
    private let name: String

    init(_ name: String) {
        self.name = name
        let major = name.dropFirst().prefix { $0.isNumber }
        let rest = name.dropFirst(1 + major.count)
        let stage = rest.prefix { $0.isLetter }
        let minor = Int(rest.dropFirst(stage.count))
        self.major = Int(major) ?? 0
        self.minor = minor ?? 0
        let isVersion = name.hasPrefix("v") && !major.isEmpty
        switch stage {
        case "" where isVersion && rest.isEmpty: stability = 3
        case "beta" where isVersion && minor != nil: stability = 2
        case "alpha" where isVersion && minor != nil: stability = 1
        default: stability = 0
        }
    }

    static func < (left: KubernetesVersion, right: KubernetesVersion) -> Bool {
        if left.stability != right.stability { return left.stability < right.stability }
        if left.stability == 0 { return left.name > right.name }
        return (left.major, left.minor) < (right.major, right.minor)
    }
}
