/// The release of the operator and the services, which are built and versioned together.
public let productVersion = "0.1.0"
