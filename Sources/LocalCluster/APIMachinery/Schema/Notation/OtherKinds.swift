extension SchemaNotation {
    /// Networking, RBAC, leases, storage, reviews and events, in the notation of ``SchemaNotation``.
    static let others = #"""
        @ io.k8s.api.admissionregistration.v1
        MatchCondition: name#1 string!*; expression#2 string!*
        MutatingWebhook: name#1 string!*; clientConfig#2 WebhookClientConfig!*; rules#3 [RuleWithOperations];
            failurePolicy#4 string =Fail; matchPolicy#9 string =Equivalent; namespaceSelector#5 LabelSelector ={};
            objectSelector#11 LabelSelector ={}; sideEffects#6 string*; timeoutSeconds#7 int32? =10;
            admissionReviewVersions#8 [string]!*; reinvocationPolicy#10 string =Never;
            matchConditions#12 [MatchCondition] key=name patch=merge merge=name
        MutatingWebhookConfiguration: metadata#1 ObjectMeta!;
            webhooks#2 [MutatingWebhook] key=name patch=merge merge=name
        RuleWithOperations: operations#1 [string]; apiGroups#2 [string]; apiVersions#3 [string]; resources#4 [string];
            scope#5 string =*
        ServiceReference: namespace#1 string!*; name#2 string!*; path#3 string?; port#4 int32? =443
        ValidatingWebhook: name#1 string!*; clientConfig#2 WebhookClientConfig!*; rules#3 [RuleWithOperations];
            failurePolicy#4 string =Fail; matchPolicy#9 string =Equivalent; namespaceSelector#5 LabelSelector ={};
            objectSelector#10 LabelSelector ={}; sideEffects#6 string*; timeoutSeconds#7 int32? =10;
            admissionReviewVersions#8 [string]!*; matchConditions#11 [MatchCondition] key=name patch=merge merge=name
        ValidatingWebhookConfiguration: metadata#1 ObjectMeta!;
            webhooks#2 [ValidatingWebhook] key=name patch=merge merge=name
        WebhookClientConfig: url#3 string?; service#1 ServiceReference; caBundle#2 bytes
        @ io.k8s.api.networking.v1
        HTTPIngressPath: path#1 string; pathType#3 string?* in=Exact|ImplementationSpecific|Prefix;
            backend#2 IngressBackend!*
        HTTPIngressRuleValue: paths#1 [HTTPIngressPath]!*
        IPBlock: cidr#1 string!*; except#2 [string]
        Ingress: metadata#1 ObjectMeta!; spec#2 IngressSpec!; status#3 IngressStatus!
        IngressBackend: service#4 IngressServiceBackend; resource#3 TypedLocalObjectReference
        IngressClass: metadata#1 ObjectMeta!; spec#2 IngressClassSpec!
        IngressClassParametersReference: apiGroup#1 string?; kind#2 string!*; name#3 string!*; scope#4 string? =Cluster;
            namespace#5 string?
        IngressClassSpec: controller#1 string; parameters#2 IngressClassParametersReference
        IngressLoadBalancerIngress: ip#1 string; hostname#2 string; ports#4 [IngressPortStatus]
        IngressLoadBalancerStatus: ingress#1 [IngressLoadBalancerIngress]
        IngressPortStatus: port#1 int32!*; protocol#2 string!*; error#3 string?
        IngressRule: host#1 string; ~#2 IngressRuleValue
        IngressRuleValue: http#1 HTTPIngressRuleValue
        IngressServiceBackend: name#1 string!*; port#2 ServiceBackendPort!
        IngressSpec: ingressClassName#4 string?; defaultBackend#1 IngressBackend; tls#2 [IngressTLS];
            rules#3 [IngressRule]
        IngressStatus: loadBalancer#1 IngressLoadBalancerStatus!
        IngressTLS: hosts#1 [string]; secretName#2 string
        NetworkPolicy: metadata#1 ObjectMeta!; spec#2 NetworkPolicySpec!
        NetworkPolicyEgressRule: ports#1 [NetworkPolicyPort]; to#2 [NetworkPolicyPeer]
        NetworkPolicyIngressRule: ports#1 [NetworkPolicyPort]; from#2 [NetworkPolicyPeer]
        NetworkPolicyPeer: podSelector#1 LabelSelector; namespaceSelector#2 LabelSelector; ipBlock#3 IPBlock
        NetworkPolicyPort: protocol#1 string? =TCP; port#2 intOrString?; endPort#3 int32?
        NetworkPolicySpec: podSelector#1 LabelSelector!; ingress#2 [NetworkPolicyIngressRule];
            egress#3 [NetworkPolicyEgressRule]; policyTypes#4 [string]
        ServiceBackendPort atomic: name#1 string; number#2 int32
        @ io.k8s.api.discovery.v1
        Endpoint: addresses#1 [string]!* set; conditions#2 EndpointConditions!; hostname#3 string?;
            targetRef#4 ObjectReference; nodeName#6 string?; zone#7 string?; hints#8 EndpointHints
        EndpointConditions: ready#1 bool?; serving#2 bool?; terminating#3 bool?
        EndpointHints: forZones#1 [ForZone]; forNodes#2 [ForNode]
        EndpointPort atomic: name#1 string?; protocol#2 string? =TCP; port#3 int32?; appProtocol#4 string?
        EndpointSlice: metadata#1 ObjectMeta!; addressType#4 string!*; endpoints#2 [Endpoint]!;
            ports#3 [EndpointPort]!
        ForNode: name#1 string!*
        ForZone: name#1 string!*
        @ io.k8s.api.coordination.v1
        Lease: metadata#1 ObjectMeta!; spec#2 LeaseSpec!
        LeaseSpec: holderIdentity#1 string?; leaseDurationSeconds#2 int32?; acquireTime#3 microtime?;
            renewTime#4 microtime?; leaseTransitions#5 int32?; strategy#6 string?; preferredHolder#7 string?
        @ io.k8s.api.rbac.v1
        AggregationRule: clusterRoleSelectors#1 [LabelSelector]
        ClusterRole: metadata#1 ObjectMeta!; rules#2 [PolicyRule]!; aggregationRule#3 AggregationRule
        ClusterRoleBinding: metadata#1 ObjectMeta!; subjects#2 [Subject]; roleRef#3 RoleRef!*
        PolicyRule: verbs#1 [string]!*; apiGroups#2 [string]; resources#3 [string]; resourceNames#4 [string];
            nonResourceURLs#5 [string]
        Role: metadata#1 ObjectMeta!; rules#2 [PolicyRule]!
        RoleBinding: metadata#1 ObjectMeta!; subjects#2 [Subject]; roleRef#3 RoleRef!*
        RoleRef atomic: apiGroup#1 string!; kind#2 string!*; name#3 string!*
        Subject atomic: kind#1 string!*; apiGroup#2 string; name#3 string!*; namespace#4 string
        @ io.k8s.api.storage.v1
        StorageClass: metadata#1 ObjectMeta!; provisioner#2 string!*; parameters#3 {string};
            reclaimPolicy#4 string? =Delete; mountOptions#5 [string]; allowVolumeExpansion#6 bool?;
            volumeBindingMode#7 string? =Immediate; allowedTopologies#8 [TopologySelectorTerm]
        @ io.k8s.api.core.v1
        TopologySelectorLabelRequirement: key#1 string!*; values#2 [string]!*
        TopologySelectorTerm atomic: matchLabelExpressions#1 [TopologySelectorLabelRequirement]
        @ io.k8s.api.authentication.v1
        BoundObjectReference: kind#1 string; apiVersion#2 string; name#3 string; uid#4 string
        SelfSubjectReview: metadata#1 ObjectMeta!; status#2 SelfSubjectReviewStatus!
        SelfSubjectReviewStatus: userInfo#1 UserInfo!
        TokenRequest: metadata#1 ObjectMeta!; spec#2 TokenRequestSpec!; status#3 TokenRequestStatus!
        TokenRequestSpec: audiences#1 [string]!; expirationSeconds#4 int64? =3600;
            boundObjectRef#3 BoundObjectReference; attestations#5 {[string]}
        TokenRequestStatus: token#1 string!; expirationTimestamp#2 time!
        TokenReview: metadata#1 ObjectMeta!; spec#2 TokenReviewSpec!*; status#3 TokenReviewStatus!
        TokenReviewSpec: token#1 string*; audiences#2 [string]
        TokenReviewStatus: authenticated#1 bool; user#2 UserInfo!; audiences#4 [string]; error#3 string
        UserInfo: username#1 string; uid#2 string; groups#3 [string]; extra#4 {[string]}
        @ io.k8s.api.authorization.v1
        FieldSelectorAttributes: rawSelector#1 string; requirements#2 [FieldSelectorRequirement]
        LabelSelectorAttributes: rawSelector#1 string; requirements#2 [LabelSelectorRequirement]
        LocalSubjectAccessReview: metadata#1 ObjectMeta!; spec#2 SubjectAccessReviewSpec!*;
            status#3 SubjectAccessReviewStatus!
        NonResourceAttributes: path#1 string; verb#2 string
        NonResourceRule: verbs#1 [string]!*; nonResourceURLs#2 [string]
        ResourceAttributes: namespace#1 string; verb#2 string; group#3 string; version#4 string; resource#5 string;
            subresource#6 string; name#7 string; fieldSelector#8 FieldSelectorAttributes;
            labelSelector#9 LabelSelectorAttributes
        ResourceRule: verbs#1 [string]!*; apiGroups#2 [string]; resources#3 [string]; resourceNames#4 [string]
        SelfSubjectAccessReview: metadata#1 ObjectMeta!; spec#2 SelfSubjectAccessReviewSpec!*;
            status#3 SubjectAccessReviewStatus!
        SelfSubjectAccessReviewSpec: resourceAttributes#1 ResourceAttributes;
            nonResourceAttributes#2 NonResourceAttributes
        SelfSubjectRulesReview: metadata#1 ObjectMeta!; spec#2 SelfSubjectRulesReviewSpec!*;
            status#3 SubjectRulesReviewStatus!
        SelfSubjectRulesReviewSpec: namespace#1 string
        SubjectAccessReview: metadata#1 ObjectMeta!; spec#2 SubjectAccessReviewSpec!*;
            status#3 SubjectAccessReviewStatus!
        SubjectAccessReviewSpec: resourceAttributes#1 ResourceAttributes;
            nonResourceAttributes#2 NonResourceAttributes; user#3 string; groups#4 [string]; extra#5 {[string]};
            uid#6 string
        SubjectAccessReviewStatus: allowed#1 bool!*; denied#4 bool; reason#2 string; evaluationError#3 string
        SubjectRulesReviewStatus: resourceRules#1 [ResourceRule]!*; nonResourceRules#2 [NonResourceRule]!*;
            incomplete#3 bool!*; evaluationError#4 string
        @ io.k8s.api.events.v1
        Event: metadata#1 ObjectMeta!; eventTime#2 microtime!*; series#3 EventSeries; reportingController#4 string;
            reportingInstance#5 string; action#6 string; reason#7 string; regarding#8 ObjectReference!;
            related#9 ObjectReference; note#10 string; type#11 string; deprecatedSource#12 EventSource!;
            deprecatedFirstTimestamp#13 time!; deprecatedLastTimestamp#14 time!; deprecatedCount#15 int32
        EventSeries: count#1 int32!*; lastObservedTime#2 microtime!*
        """#
}
