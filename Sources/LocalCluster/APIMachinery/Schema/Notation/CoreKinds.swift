extension SchemaNotation {
    /// Kinds of the core group, in the notation of ``SchemaNotation``.
    static let core = #"""
        @ io.k8s.api.core.v1
        Affinity: nodeAffinity#1 NodeAffinity; podAffinity#2 PodAffinity; podAntiAffinity#3 PodAntiAffinity
        AppArmorProfile: type#1 string!*; localhostProfile#2 string?
        AttachedVolume: name#1 string!*; devicePath#2 string!*
        Binding: metadata#1 ObjectMeta!; target#2 ObjectReference!*
        CSIPersistentVolumeSource: driver#1 string!*; volumeHandle#2 string!*; readOnly#3 bool; fsType#4 string;
            volumeAttributes#5 {string}; controllerPublishSecretRef#6 SecretReference;
            nodeStageSecretRef#7 SecretReference; nodePublishSecretRef#8 SecretReference;
            controllerExpandSecretRef#9 SecretReference; nodeExpandSecretRef#10 SecretReference
        CSIVolumeSource: driver#1 string!*; readOnly#2 bool?; fsType#3 string?; volumeAttributes#4 {string};
            nodePublishSecretRef#5 LocalObjectReference
        Capabilities: add#1 [string]; drop#2 [string]
        ClientIPConfig: timeoutSeconds#1 int32?
        ClusterTrustBundleProjection: name#1 string?; signerName#2 string?; labelSelector#3 LabelSelector;
            optional#5 bool?; path#4 string!*
        ConfigMap: metadata#1 ObjectMeta!; immutable#4 bool?; data#2 {string}; binaryData#3 {bytes}
        ConfigMapEnvSource: ~#1 LocalObjectReference; optional#2 bool?
        ConfigMapKeySelector atomic: ~#1 LocalObjectReference; key#2 string!*; optional#3 bool?
        ConfigMapProjection: ~#1 LocalObjectReference; items#2 [KeyToPath]; optional#4 bool?
        ConfigMapVolumeSource: ~#1 LocalObjectReference; items#2 [KeyToPath]; defaultMode#3 int32? =420;
            optional#4 bool?
        Container: name#1 string!*; image#2 string; command#3 [string]; args#4 [string]; workingDir#5 string;
            ports#6 [ContainerPort] key=containerPort,protocol patch=merge merge=containerPort;
            envFrom#19 [EnvFromSource]; env#7 [EnvVar] key=name patch=merge merge=name;
            resources#8 ResourceRequirements!; resizePolicy#23 [ContainerResizePolicy]; restartPolicy#24 string?;
            restartPolicyRules#25 [ContainerRestartRule];
            volumeMounts#9 [VolumeMount] key=mountPath patch=merge merge=mountPath;
            volumeDevices#21 [VolumeDevice] key=devicePath patch=merge merge=devicePath; livenessProbe#10 Probe;
            readinessProbe#11 Probe; startupProbe#22 Probe; lifecycle#12 Lifecycle;
            terminationMessagePath#13 string =/dev/termination-log;
            terminationMessagePolicy#20 string =File;
            imagePullPolicy#14 string; securityContext#15 SecurityContext;
            stdin#16 bool; stdinOnce#17 bool; tty#18 bool
        ContainerImage: names#1 [string]!; sizeBytes#2 int64
        ContainerPort: name#1 string; hostPort#2 int32; containerPort#3 int32!*; protocol#4 string =TCP;
            hostIP#5 string
        ContainerResizePolicy: resourceName#1 string!*; restartPolicy#2 string!*
        ContainerRestartRule: action#1 string*; exitCodes#2 ContainerRestartRuleOnExitCodes
        ContainerRestartRuleOnExitCodes: operator#1 string*; values#2 [int32] set
        ContainerState: waiting#1 ContainerStateWaiting; running#2 ContainerStateRunning;
            terminated#3 ContainerStateTerminated
        ContainerStateRunning: startedAt#1 time!
        ContainerStateTerminated: exitCode#1 int32!*; signal#2 int32; reason#3 string; message#4 string;
            startedAt#5 time!; finishedAt#6 time!; containerID#7 string
        ContainerStateWaiting: reason#1 string; message#2 string
        ContainerStatus: name#1 string!*; state#2 ContainerState!; lastState#3 ContainerState!; ready#4 bool!*;
            restartCount#5 int32!*; image#6 string!*; imageID#7 string!*; containerID#8 string; started#9 bool?;
            allocatedResources#10 {quantity}; resources#11 ResourceRequirements;
            volumeMounts#12 [VolumeMountStatus] key=mountPath patch=merge merge=mountPath; user#13 ContainerUser;
            stopSignal#15 string?
        ContainerUser: linux#1 LinuxContainerUser
        DaemonEndpoint: Port#1 int32!*
        DownwardAPIProjection: items#1 [DownwardAPIVolumeFile]
        DownwardAPIVolumeFile: path#1 string!*; fieldRef#2 ObjectFieldSelector;
            resourceFieldRef#3 ResourceFieldSelector; mode#4 int32?
        DownwardAPIVolumeSource: items#1 [DownwardAPIVolumeFile]; defaultMode#2 int32? =420
        EmptyDirVolumeSource: medium#1 string; sizeLimit#2 quantity?
        EndpointAddress atomic: ip#1 string!*; hostname#3 string; nodeName#4 string?; targetRef#2 ObjectReference
        EndpointPort atomic: name#1 string; port#2 int32!*; protocol#3 string =TCP; appProtocol#4 string?
        EndpointSubset: addresses#1 [EndpointAddress]; notReadyAddresses#2 [EndpointAddress]; ports#3 [EndpointPort]
        Endpoints: metadata#1 ObjectMeta!; subsets#2 [EndpointSubset]
        EnvFromSource: prefix#1 string; configMapRef#2 ConfigMapEnvSource; secretRef#3 SecretEnvSource
        EnvVar: name#1 string!*; value#2 string; valueFrom#3 EnvVarSource
        EnvVarSource: fieldRef#1 ObjectFieldSelector; resourceFieldRef#2 ResourceFieldSelector;
            configMapKeyRef#3 ConfigMapKeySelector; secretKeyRef#4 SecretKeySelector; fileKeyRef#5 FileKeySelector
        EphemeralContainer: ~#1 EphemeralContainerCommon; targetContainerName#2 string
        EphemeralContainerCommon: name#1 string!*; image#2 string; command#3 [string]; args#4 [string];
            workingDir#5 string; ports#6 [ContainerPort] key=containerPort,protocol patch=merge merge=containerPort;
            envFrom#19 [EnvFromSource]; env#7 [EnvVar] key=name patch=merge merge=name;
            resources#8 ResourceRequirements!; resizePolicy#23 [ContainerResizePolicy]; restartPolicy#24 string?;
            restartPolicyRules#25 [ContainerRestartRule];
            volumeMounts#9 [VolumeMount] key=mountPath patch=merge merge=mountPath;
            volumeDevices#21 [VolumeDevice] key=devicePath patch=merge merge=devicePath; livenessProbe#10 Probe;
            readinessProbe#11 Probe; startupProbe#22 Probe; lifecycle#12 Lifecycle;
            terminationMessagePath#13 string =/dev/termination-log; terminationMessagePolicy#20 string =File;
            imagePullPolicy#14 string; securityContext#15 SecurityContext; stdin#16 bool; stdinOnce#17 bool;
            tty#18 bool
        EphemeralVolumeSource: volumeClaimTemplate#1 PersistentVolumeClaimTemplate
        Event: metadata#1 ObjectMeta!*; involvedObject#2 ObjectReference!*; reason#3 string; message#4 string;
            source#5 EventSource!; firstTimestamp#6 time!; lastTimestamp#7 time!; count#8 int32; type#9 string;
            eventTime#10 microtime!; series#11 EventSeries; action#12 string; related#13 ObjectReference;
            reportingComponent#14 string!; reportingInstance#15 string!
        EventSeries: count#1 int32; lastObservedTime#2 microtime!
        EventSource: component#1 string; host#2 string
        ExecAction: command#1 [string]
        FileKeySelector atomic: volumeName#1 string!*; path#2 string!*; key#3 string!*; optional#4 bool?
        GRPCAction: port#1 int32!*; service#2 string? =""
        HTTPGetAction: path#1 string =/; port#2 intOrString!*; host#3 string; scheme#4 string =HTTP;
            httpHeaders#5 [HTTPHeader]
        HTTPHeader: name#1 string!*; value#2 string!*
        HostAlias: ip#1 string!*; hostnames#2 [string]
        HostIP: ip#1 string!*
        HostPathVolumeSource: path#1 string!*; type#2 string? =""
        ImageVolumeSource: reference#1 string; pullPolicy#2 string
        ImageVolumeStatus: imageRef#1 string*
        KeyToPath: key#1 string!*; path#2 string!*; mode#3 int32?
        Lifecycle: postStart#1 LifecycleHandler; preStop#2 LifecycleHandler; stopSignal#3 string?
        LifecycleHandler: exec#1 ExecAction; httpGet#2 HTTPGetAction; tcpSocket#3 TCPSocketAction;
            sleep#4 SleepAction
        LimitRange: metadata#1 ObjectMeta!; spec#2 LimitRangeSpec!
        LimitRangeItem: type#1 string!*; max#2 {quantity}; min#3 {quantity}; default#4 {quantity};
            defaultRequest#5 {quantity}; maxLimitRequestRatio#6 {quantity}
        LimitRangeSpec: limits#1 [LimitRangeItem]!*
        LinuxContainerUser: uid#1 int64!*; gid#2 int64!*; supplementalGroups#3 [int64]
        LoadBalancerIngress: ip#1 string; hostname#2 string; ipMode#3 string?; ports#4 [PortStatus]
        LoadBalancerStatus: ingress#1 [LoadBalancerIngress]
        LocalObjectReference atomic: name#1 string
        LocalVolumeSource: path#1 string!*; fsType#2 string?
        ModifyVolumeStatus: targetVolumeAttributesClassName#1 string; status#2 string!*
        NFSVolumeSource: server#1 string!*; path#2 string!*; readOnly#3 bool
        Namespace: metadata#1 ObjectMeta!; spec#2 NamespaceSpec!; status#3 NamespaceStatus!
        NamespaceCondition: type#1 string!*; status#2 string!*; lastTransitionTime#4 time!; reason#5 string;
            message#6 string
        NamespaceSpec: finalizers#1 [string]
        NamespaceStatus: phase#1 string =Active; conditions#2 [NamespaceCondition] key=type patch=merge merge=type
        Node: metadata#1 ObjectMeta!; spec#2 NodeSpec!; status#3 NodeStatus!
        NodeAddress: type#1 string!*; address#2 string!*
        NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution#1 NodeSelector;
            preferredDuringSchedulingIgnoredDuringExecution#2 [PreferredSchedulingTerm]
        NodeCondition: type#1 string!*; status#2 string!*; lastHeartbeatTime#3 time!; lastTransitionTime#4 time!;
            reason#5 string; message#6 string
        NodeDaemonEndpoints: kubeletEndpoint#1 DaemonEndpoint!
        NodeFeatures: supplementalGroupsPolicy#1 bool?
        NodePodPreemptionPolicy: disableResizePreemption#1 [string] set
        NodeRuntimeHandler: name#1 string!; features#2 NodeRuntimeHandlerFeatures
        NodeRuntimeHandlerFeatures: recursiveReadOnlyMounts#1 bool?; userNamespaces#2 bool?
        NodeSelector atomic: nodeSelectorTerms#1 [NodeSelectorTerm]!*
        NodeSelectorRequirement: key#1 string!*; operator#2 string!*; values#3 [string]
        NodeSelectorTerm atomic: matchExpressions#1 [NodeSelectorRequirement];
            matchFields#2 [NodeSelectorRequirement]
        NodeSpec: podCIDR#1 string; podCIDRs#7 [string] set patch=merge; providerID#3 string; unschedulable#4 bool;
            taints#5 [Taint]; externalID#2 string; podPreemptionPolicy#8 NodePodPreemptionPolicy
        NodeStatus: capacity#1 {quantity}; allocatable#2 {quantity}; phase#3 string;
            conditions#4 [NodeCondition] key=type patch=merge merge=type;
            addresses#5 [NodeAddress] key=type patch=merge merge=type; daemonEndpoints#6 NodeDaemonEndpoints!;
            nodeInfo#7 NodeSystemInfo!; images#8 [ContainerImage]; volumesInUse#9 [string];
            volumesAttached#10 [AttachedVolume]; runtimeHandlers#12 [NodeRuntimeHandler]; features#13 NodeFeatures
        NodeSwapStatus: capacity#1 int64?
        NodeSystemInfo: machineID#1 string!*; systemUUID#2 string!*; bootID#3 string!*; kernelVersion#4 string!*;
            osImage#5 string!*; containerRuntimeVersion#6 string!*; kubeletVersion#7 string!*;
            kubeProxyVersion#8 string!*; operatingSystem#9 string!*; architecture#10 string!*;
            swap#11 NodeSwapStatus
        ObjectFieldSelector atomic: apiVersion#1 string =v1; fieldPath#2 string!*
        ObjectReference atomic: kind#1 string; namespace#2 string; name#3 string; uid#4 string; apiVersion#5 string;
            resourceVersion#6 string; fieldPath#7 string
        PersistentVolume: metadata#1 ObjectMeta!; spec#2 PersistentVolumeSpec!; status#3 PersistentVolumeStatus!
        PersistentVolumeClaim: apiVersion string; kind string; metadata#1 ObjectMeta!;
            spec#2 PersistentVolumeClaimSpec!; status#3 PersistentVolumeClaimStatus!
        PersistentVolumeClaimCondition: type#1 string!*; status#2 string!*; lastProbeTime#3 time!;
            lastTransitionTime#4 time!; reason#5 string; message#6 string
        PersistentVolumeClaimSpec: accessModes#1 [string]; selector#4 LabelSelector;
            resources#2 VolumeResourceRequirements!; volumeName#3 string; storageClassName#5 string?;
            volumeMode#6 string? =Filesystem; dataSource#7 TypedLocalObjectReference;
            dataSourceRef#8 TypedObjectReference; volumeAttributesClassName#9 string?
        PersistentVolumeClaimStatus: phase#1 string =Pending; accessModes#2 [string]; capacity#3 {quantity};
            conditions#4 [PersistentVolumeClaimCondition] key=type patch=merge merge=type;
            allocatedResources#5 {quantity}; allocatedResourceStatuses#7 {string};
            currentVolumeAttributesClassName#8 string?; modifyVolumeStatus#9 ModifyVolumeStatus
        PersistentVolumeClaimTemplate: metadata#1 ObjectMeta!; spec#2 PersistentVolumeClaimSpec!*
        PersistentVolumeClaimVolumeSource: claimName#1 string!*; readOnly#2 bool
        PersistentVolumeSource: hostPath#3 HostPathVolumeSource; nfs#5 NFSVolumeSource; local#20 LocalVolumeSource;
            csi#22 CSIPersistentVolumeSource
        PersistentVolumeSpec: capacity#1 {quantity}; ~#2 PersistentVolumeSource; accessModes#3 [string];
            claimRef#4 ObjectReference; persistentVolumeReclaimPolicy#5 string =Retain; storageClassName#6 string;
            mountOptions#7 [string]; volumeMode#8 string? =Filesystem; nodeAffinity#9 VolumeNodeAffinity;
            volumeAttributesClassName#10 string?
        PersistentVolumeStatus: phase#1 string =Pending; message#2 string; reason#3 string;
            lastPhaseTransitionTime#4 time?
        Pod: metadata#1 ObjectMeta!; spec#2 PodSpec!; status#3 PodStatus!
        PodAffinity: requiredDuringSchedulingIgnoredDuringExecution#1 [PodAffinityTerm];
            preferredDuringSchedulingIgnoredDuringExecution#2 [WeightedPodAffinityTerm]
        PodAffinityTerm: labelSelector#1 LabelSelector; namespaces#2 [string]; topologyKey#3 string!*;
            namespaceSelector#4 LabelSelector; matchLabelKeys#5 [string]; mismatchLabelKeys#6 [string]
        PodAntiAffinity: requiredDuringSchedulingIgnoredDuringExecution#1 [PodAffinityTerm];
            preferredDuringSchedulingIgnoredDuringExecution#2 [WeightedPodAffinityTerm]
        PodCertificateProjection: signerName#1 string*; keyType#2 string*; maxExpirationSeconds#3 int32?;
            credentialBundlePath#4 string; keyPath#5 string; certificateChainPath#6 string
        PodCondition: type#1 string!*; observedGeneration#7 int64; status#2 string!*; lastProbeTime#3 time!;
            lastTransitionTime#4 time!; reason#5 string; message#6 string
        PodDNSConfig: nameservers#1 [string]; searches#2 [string]; options#3 [PodDNSConfigOption]
        PodDNSConfigOption: name#1 string; value#2 string?
        PodIP: ip#1 string!*
        PodOS: name#1 string!*
        PodReadinessGate: conditionType#1 string!*
        PodSchedulingGate: name#1 string!*
        PodSecurityContext: seLinuxOptions#1 SELinuxOptions; windowsOptions#8 WindowsSecurityContextOptions;
            runAsUser#2 int64?; runAsGroup#6 int64?; runAsNonRoot#3 bool?; supplementalGroups#4 [int64];
            supplementalGroupsPolicy#12 string?; fsGroup#5 int64?; sysctls#7 [Sysctl];
            fsGroupChangePolicy#9 string?; seccompProfile#10 SeccompProfile; appArmorProfile#11 AppArmorProfile;
            seLinuxChangePolicy#13 string?
        PodSpec: volumes#1 [Volume] key=name patch=merge,retainKeys merge=name;
            initContainers#20 [Container] key=name patch=merge merge=name;
            containers#2 [Container]!* key=name patch=merge merge=name;
            ephemeralContainers#34 [EphemeralContainer] key=name patch=merge merge=name;
            restartPolicy#3 string =Always; terminationGracePeriodSeconds#4 int64? =30;
            activeDeadlineSeconds#5 int64?;
            dnsPolicy#6 string =ClusterFirst;
            nodeSelector#7 {string} atomic; serviceAccountName#8 string; serviceAccount#9 string;
            automountServiceAccountToken#21 bool?; nodeName#10 string; hostNetwork#11 bool; hostPID#12 bool;
            hostIPC#13 bool; shareProcessNamespace#27 bool?; securityContext#14 PodSecurityContext ={};
            imagePullSecrets#15 [LocalObjectReference] key=name patch=merge merge=name; hostname#16 string;
            subdomain#17 string; affinity#18 Affinity; schedulerName#19 string =default-scheduler;
            tolerations#22 [Toleration]; hostAliases#23 [HostAlias] key=ip patch=merge merge=ip;
            priorityClassName#24 string; priority#25 int32?; dnsConfig#26 PodDNSConfig;
            readinessGates#28 [PodReadinessGate]; runtimeClassName#29 string?; enableServiceLinks#30 bool?;
            preemptionPolicy#31 string?; overhead#32 {quantity};
            topologySpreadConstraints#33 [TopologySpreadConstraint] key=topologyKey,whenUnsatisfiable patch=merge
            merge=topologyKey;
            setHostnameAsFQDN#35 bool?; os#36 PodOS; hostUsers#37 bool?;
            schedulingGates#38 [PodSchedulingGate] key=name patch=merge merge=name;
            resources#40 ResourceRequirements; hostnameOverride#41 string?
        PodStatus: observedGeneration#17 int64; phase#1 string;
            conditions#2 [PodCondition] key=type patch=merge merge=type; message#3 string; reason#4 string;
            nominatedNodeName#11 string; hostIP#5 string; hostIPs#16 [HostIP] patch=merge merge=ip; podIP#6 string;
            podIPs#12 [PodIP] key=ip patch=merge merge=ip; startTime#7 time?;
            initContainerStatuses#10 [ContainerStatus]; containerStatuses#8 [ContainerStatus]; qosClass#9 string;
            ephemeralContainerStatuses#13 [ContainerStatus]; resize#14 string; allocatedResources#19 {quantity};
            resources#20 ResourceRequirements
        PodTemplate: metadata#1 ObjectMeta!; template#2 PodTemplateSpec!
        PodTemplateSpec: metadata#1 ObjectMeta!; spec#2 PodSpec!
        PortStatus: port#1 int32!*; protocol#2 string!*; error#3 string?
        PreferredSchedulingTerm: weight#1 int32!*; preference#2 NodeSelectorTerm!*
        Probe: ~#1 ProbeHandler; initialDelaySeconds#2 int32 min=0; timeoutSeconds#3 int32 =1 min=0;
            periodSeconds#4 int32 =10 min=0; successThreshold#5 int32 =1 min=0; failureThreshold#6 int32 =3 min=0;
            terminationGracePeriodSeconds#7 int64?
        ProbeHandler: exec#1 ExecAction; httpGet#2 HTTPGetAction; tcpSocket#3 TCPSocketAction; grpc#4 GRPCAction
        ProjectedVolumeSource: sources#1 [VolumeProjection]!; defaultMode#2 int32? =420
        ResourceClaim: name#1 string!*; request#2 string
        ResourceFieldSelector atomic: containerName#1 string; resource#2 string!*; divisor#3 quantity!
        ReplicationController: metadata#1 ObjectMeta!; spec#2 ReplicationControllerSpec!;
            status#3 ReplicationControllerStatus!
        ReplicationControllerCondition: type#1 string!; status#2 string!; lastTransitionTime#3 time!; reason#4 string;
            message#5 string
        ReplicationControllerSpec: replicas#1 int32? =1 min=0; minReadySeconds#4 int32 min=0;
            selector#2 {string} atomic; template#3 PodTemplateSpec
        ReplicationControllerStatus: replicas#1 int32!; fullyLabeledReplicas#2 int32; readyReplicas#4 int32;
            availableReplicas#5 int32; observedGeneration#3 int64;
            conditions#6 [ReplicationControllerCondition] key=type patch=merge merge=type
        ResourceQuota: metadata#1 ObjectMeta!; spec#2 ResourceQuotaSpec!; status#3 ResourceQuotaStatus!
        ResourceQuotaSpec: hard#1 {quantity}; scopes#2 [string]; scopeSelector#3 ScopeSelector
        ResourceQuotaStatus: hard#1 {quantity}; used#2 {quantity}
        ResourceRequirements: limits#1 {quantity}; requests#2 {quantity}; claims#3 [ResourceClaim] key=name
        SELinuxOptions: user#1 string; role#2 string; type#3 string; level#4 string
        ScopeSelector atomic: matchExpressions#1 [ScopedResourceSelectorRequirement]
        ScopedResourceSelectorRequirement: scopeName#1 string!*; operator#2 string!*; values#3 [string]
        SeccompProfile: type#1 string!*; localhostProfile#2 string?
        Secret: metadata#1 ObjectMeta!; immutable#5 bool?; data#2 {bytes}; stringData#4 {string};
            type#3 string =Opaque
        SecretEnvSource: ~#1 LocalObjectReference; optional#2 bool?
        SecretKeySelector atomic: ~#1 LocalObjectReference; key#2 string!*; optional#3 bool?
        SecretProjection: ~#1 LocalObjectReference; items#2 [KeyToPath]; optional#4 bool?
        SecretReference atomic: name#1 string; namespace#2 string
        SecretVolumeSource: secretName#1 string; items#2 [KeyToPath]; defaultMode#3 int32? =420; optional#4 bool?
        SecurityContext: capabilities#1 Capabilities; privileged#2 bool?; seLinuxOptions#3 SELinuxOptions;
            windowsOptions#10 WindowsSecurityContextOptions; runAsUser#4 int64?; runAsGroup#8 int64?;
            runAsNonRoot#5 bool?; readOnlyRootFilesystem#6 bool?; allowPrivilegeEscalation#7 bool?;
            procMount#9 string?; seccompProfile#11 SeccompProfile; appArmorProfile#12 AppArmorProfile
        Service: metadata#1 ObjectMeta!; spec#2 ServiceSpec!; status#3 ServiceStatus!
        ServiceAccount: metadata#1 ObjectMeta!; secrets#2 [ObjectReference] key=name patch=merge merge=name;
            imagePullSecrets#3 [LocalObjectReference]; automountServiceAccountToken#4 bool?
        ServiceAccountTokenProjection: audience#1 string; expirationSeconds#2 int64? =3600; path#3 string!*
        ServicePort: name#1 string; protocol#2 string =TCP; appProtocol#6 string?; port#3 int32!*;
            targetPort#4 intOrString; nodePort#5 int32
        ServiceSpec: ports#1 [ServicePort] key=port,protocol patch=merge merge=port; selector#2 {string} atomic;
            clusterIP#3 string; clusterIPs#18 [string];
            type#4 string =ClusterIP in=ClusterIP|ExternalName|LoadBalancer|NodePort; externalIPs#5 [string];
            sessionAffinity#7 string =None in=ClientIP|None; loadBalancerIP#8 string;
            loadBalancerSourceRanges#9 [string]; externalName#10 string; externalTrafficPolicy#11 string;
            healthCheckNodePort#12 int32; publishNotReadyAddresses#13 bool;
            sessionAffinityConfig#14 SessionAffinityConfig; ipFamilies#19 [string]; ipFamilyPolicy#17 string?;
            allocateLoadBalancerNodePorts#20 bool?; loadBalancerClass#21 string?; internalTrafficPolicy#22 string?;
            trafficDistribution#23 string?
        ServiceStatus: loadBalancer#1 LoadBalancerStatus!; conditions#2 [Condition] key=type patch=merge merge=type
        SessionAffinityConfig: clientIP#1 ClientIPConfig
        SleepAction: seconds#1 int64!*
        Sysctl: name#1 string!*; value#2 string!*
        TCPSocketAction: port#1 intOrString!*; host#2 string
        Taint: key#1 string!*; value#2 string; effect#3 string!*; timeAdded#4 time?
        Toleration: key#1 string; operator#2 string; value#3 string; effect#4 string; tolerationSeconds#5 int64?
        TopologySpreadConstraint: maxSkew#1 int32!*; topologyKey#2 string!*; whenUnsatisfiable#3 string!*;
            labelSelector#4 LabelSelector; minDomains#5 int32?; nodeAffinityPolicy#6 string?;
            nodeTaintsPolicy#7 string?; matchLabelKeys#8 [string]
        TypedLocalObjectReference atomic: apiGroup#1 string?!; kind#2 string!; name#3 string!
        TypedObjectReference: apiGroup#1 string?!; kind#2 string!; name#3 string!; namespace#4 string?
        Volume: name#1 string!*; ~#2 VolumeSource
        VolumeDevice: name#1 string!*; devicePath#2 string!*
        VolumeMount: name#1 string!*; readOnly#2 bool; recursiveReadOnly#7 string?; mountPath#3 string!*;
            subPath#4 string; mountPropagation#5 string?; subPathExpr#6 string
        VolumeMountStatus: name#1 string!*; mountPath#2 string!*; readOnly#3 bool; recursiveReadOnly#4 string?;
            volumeStatus#5 VolumeStatus
        VolumeNodeAffinity: required#1 NodeSelector
        VolumeProjection: secret#1 SecretProjection; downwardAPI#2 DownwardAPIProjection;
            configMap#3 ConfigMapProjection; serviceAccountToken#4 ServiceAccountTokenProjection;
            clusterTrustBundle#5 ClusterTrustBundleProjection; podCertificate#6 PodCertificateProjection
        VolumeResourceRequirements: limits#1 {quantity}; requests#2 {quantity}
        VolumeSource: hostPath#1 HostPathVolumeSource; emptyDir#2 EmptyDirVolumeSource; secret#6 SecretVolumeSource;
            nfs#7 NFSVolumeSource; persistentVolumeClaim#10 PersistentVolumeClaimVolumeSource;
            downwardAPI#16 DownwardAPIVolumeSource; configMap#19 ConfigMapVolumeSource;
            projected#26 ProjectedVolumeSource; csi#28 CSIVolumeSource; ephemeral#29 EphemeralVolumeSource;
            image#30 ImageVolumeSource
        VolumeStatus: image#1 ImageVolumeStatus
        WeightedPodAffinityTerm: weight#1 int32!*; podAffinityTerm#2 PodAffinityTerm!*
        WindowsSecurityContextOptions: gmsaCredentialSpecName#1 string?; gmsaCredentialSpec#2 string?;
            runAsUserName#3 string?; hostProcess#4 bool?
        """#
}
