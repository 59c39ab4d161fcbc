import HTTPTypes
import Hummingbird

/// The routes of a listener, to tell "no such method" from "no such resource".
struct RouteTable: Sendable {
    private struct Route: Sendable {
        let segments: [String]
        let method: String
    }

    private let routes: [Route]

    init(_ router: Router<ServiceRequestContext>) {
        routes = router.routes.map { route in
            Route(
                segments: route.path.description.split(separator: "/").map(String.init),
                method: route.method.rawValue)
        }
    }

    /// The methods of a path, as the `Allow` header has them; `nil` when no route has the path.
    func methods(of path: String) -> String? {
        let segments = path.split(separator: "/")
        let methods = Set(routes.filter { Self.matches($0.segments, segments) }.map(\.method))
        return methods.isEmpty ? nil : methods.sorted().joined(separator: ", ")
    }

    private static func matches(_ template: [String], _ path: [Substring]) -> Bool {
        for (index, segment) in template.enumerated() {
            if segment == "**" { return true }
            guard index < path.count else { return false }
            if segment.hasPrefix(":") || segment.hasPrefix("{") || segment == "*" { continue }
            if segment != path[index] { return false }
        }
        return template.count == path.count
    }
}
