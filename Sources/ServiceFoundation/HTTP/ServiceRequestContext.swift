public import Contracts
public import Hummingbird
import NIOCore

/// What is known about a request besides itself.
public struct ServiceRequestContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// Who the access token says is asking; `nil` without a token. An invalid token never gets this far.
    public var principal: Principal?
    /// Which service is calling, on the internal listener.
    public var caller: ServiceName?
    /// From `X-Correlation-ID` or `X-Request-ID`, or a new UUIDv7.
    public var correlationID: String
    let channel: any Channel

    public init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.channel = source.channel
        self.correlationID = ""
    }
}

extension ServiceRequestContext {
    /// The signed-in person, or problem 401.
    @discardableResult
    public func requirePrincipal() throws -> Principal {
        guard let principal else { throw Problem.unauthorized() }
        return principal
    }

    /// The signed-in person when they have one of the roles, or problem 401 or 403.
    @discardableResult
    public func requireRole(_ roles: Role...) throws -> Principal {
        let principal = try requirePrincipal()
        guard roles.contains(principal.role) else { throw Problem.forbidden() }
        return principal
    }

    /// A path parameter that is a UUID, or problem 400.
    public func uuid(_ name: String) throws -> UUID {
        guard let text = parameters.get(name), let uuid = UUID(uuidString: text) else {
            throw Problem.badRequest(
                "invalid_parameter", "The path has a malformed id.",
                errors: [FieldError(pointer: name, detail: "must be a UUID")])
        }
        return uuid
    }

    /// The signed-in person when they are this user or have one of the roles (admin by default). Another user's
    /// resource is problem 403.
    @discardableResult
    public func requireOwner(_ user: UUID, or roles: Role...) throws -> Principal {
        let principal = try requirePrincipal()
        let allowed = roles.isEmpty ? [.admin] : roles
        guard principal.userID == user || allowed.contains(principal.role) else { throw Problem.forbidden() }
        return principal
    }
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
