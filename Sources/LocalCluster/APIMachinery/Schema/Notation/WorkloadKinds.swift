extension SchemaNotation {
    /// Workload kinds, in the notation of ``SchemaNotation``.
    static let workloads = #"""
        @ io.k8s.api.apps.v1
        ControllerRevision: metadata#1 ObjectMeta!; data#2 raw!*; revision#3 int64!
        DaemonSet: metadata#1 ObjectMeta!; spec#2 DaemonSetSpec!*; status#3 DaemonSetStatus!
        DaemonSetCondition: type#1 string!; status#2 string!; lastTransitionTime#3 time!; reason#4 string;
            message#5 string
        DaemonSetSpec: selector#1 LabelSelector*; template#2 PodTemplateSpec!*;
            updateStrategy#3 DaemonSetUpdateStrategy!; minReadySeconds#4 int32 min=0;
            revisionHistoryLimit#6 int32? =10 min=0
        DaemonSetStatus: currentNumberScheduled#1 int32!*; numberMisscheduled#2 int32!*;
            desiredNumberScheduled#3 int32!*; numberReady#4 int32!*; observedGeneration#5 int64;
            updatedNumberScheduled#6 int32; numberAvailable#7 int32; numberUnavailable#8 int32;
            collisionCount#9 int32?; conditions#10 [DaemonSetCondition] key=type patch=merge merge=type
        DaemonSetUpdateStrategy: type#1 string =RollingUpdate;
            rollingUpdate#2 RollingUpdateDaemonSet
        Deployment: metadata#1 ObjectMeta!; spec#2 DeploymentSpec!*; status#3 DeploymentStatus!
        DeploymentCondition: type#1 string!; status#2 string!; lastUpdateTime#6 time!; lastTransitionTime#7 time!;
            reason#4 string; message#5 string
        DeploymentSpec: replicas#1 int32? =1 min=0; selector#2 LabelSelector*; template#3 PodTemplateSpec!*;
            strategy#4 DeploymentStrategy! patch=retainKeys; minReadySeconds#5 int32 min=0;
            revisionHistoryLimit#6 int32? =10 min=0; paused#7 bool; progressDeadlineSeconds#9 int32? =600 min=0
        DeploymentStatus: observedGeneration#1 int64; replicas#2 int32; updatedReplicas#3 int32;
            readyReplicas#7 int32; availableReplicas#4 int32; unavailableReplicas#5 int32;
            terminatingReplicas#9 int32?; conditions#6 [DeploymentCondition] key=type patch=merge merge=type;
            collisionCount#8 int32?
        DeploymentStrategy: type#1 string =RollingUpdate;
            rollingUpdate#2 RollingUpdateDeployment
        ReplicaSet: metadata#1 ObjectMeta!; spec#2 ReplicaSetSpec!*; status#3 ReplicaSetStatus!
        ReplicaSetCondition: type#1 string!; status#2 string!; lastTransitionTime#3 time!; reason#4 string;
            message#5 string
        ReplicaSetSpec: replicas#1 int32? =1 min=0; minReadySeconds#4 int32 min=0; selector#2 LabelSelector*;
            template#3 PodTemplateSpec!
        ReplicaSetStatus: replicas#1 int32!*; fullyLabeledReplicas#2 int32; readyReplicas#4 int32;
            availableReplicas#5 int32; terminatingReplicas#7 int32?; observedGeneration#3 int64;
            conditions#6 [ReplicaSetCondition] key=type patch=merge merge=type
        RollingUpdateDaemonSet: maxUnavailable#1 intOrString?; maxSurge#2 intOrString?
        RollingUpdateDeployment: maxUnavailable#1 intOrString?; maxSurge#2 intOrString?
        RollingUpdateStatefulSetStrategy: partition#1 int32?; maxUnavailable#2 intOrString?
        StatefulSet: metadata#1 ObjectMeta!; spec#2 StatefulSetSpec!*; status#3 StatefulSetStatus!
        StatefulSetCondition: type#1 string!; status#2 string!; lastTransitionTime#3 time!; reason#4 string;
            message#5 string
        StatefulSetOrdinals: start#1 int32!
        StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted#1 string =Retain; whenScaled#2 string =Retain
        StatefulSetSpec: replicas#1 int32? =1 min=0; selector#2 LabelSelector*; template#3 PodTemplateSpec!*;
            volumeClaimTemplates#4 [PersistentVolumeClaim]; serviceName#5 string!;
            podManagementPolicy#6 string =OrderedReady;
            updateStrategy#7 StatefulSetUpdateStrategy!; revisionHistoryLimit#8 int32? =10;
            minReadySeconds#9 int32;
            persistentVolumeClaimRetentionPolicy#10 StatefulSetPersistentVolumeClaimRetentionPolicy ={};
            ordinals#11 StatefulSetOrdinals
        StatefulSetStatus: observedGeneration#1 int64; replicas#2 int32!*; readyReplicas#3 int32;
            currentReplicas#4 int32; updatedReplicas#5 int32; currentRevision#6 string; updateRevision#7 string;
            collisionCount#9 int32?; conditions#10 [StatefulSetCondition] key=type patch=merge merge=type;
            availableReplicas#11 int32!
        StatefulSetUpdateStrategy: type#1 string =RollingUpdate;
            rollingUpdate#2 RollingUpdateStatefulSetStrategy
        @ io.k8s.api.batch.v1
        CronJob: metadata#1 ObjectMeta!; spec#2 CronJobSpec!*; status#3 CronJobStatus!
        CronJobSpec: schedule#1 string!*; timeZone#8 string?; startingDeadlineSeconds#2 int64?;
            concurrencyPolicy#3 string =Allow in=Allow|Forbid|Replace; suspend#4 bool? =false;
            jobTemplate#5 JobTemplateSpec!*; successfulJobsHistoryLimit#6 int32? =3 min=0;
            failedJobsHistoryLimit#7 int32? =1 min=0
        CronJobStatus: active#1 [ObjectReference]; lastScheduleTime#4 time?; lastSuccessfulTime#5 time?
        Job: metadata#1 ObjectMeta!; spec#2 JobSpec!; status#3 JobStatus!
        JobCondition: type#1 string!*; status#2 string!*; lastProbeTime#3 time!; lastTransitionTime#4 time!;
            reason#5 string; message#6 string
        JobSpec: parallelism#1 int32? min=0; completions#2 int32? min=0; activeDeadlineSeconds#3 int64? min=0;
            podFailurePolicy#11 PodFailurePolicy; successPolicy#16 SuccessPolicy; backoffLimit#7 int32? min=0;
            backoffLimitPerIndex#12 int32?; maxFailedIndexes#13 int32?; selector#4 LabelSelector;
            manualSelector#5 bool?; template#6 PodTemplateSpec!*; ttlSecondsAfterFinished#8 int32? min=0;
            completionMode#9 string?; suspend#10 bool?; podReplacementPolicy#14 string?;
            managedBy#15 string?
        JobStatus: conditions#1 [JobCondition] patch=merge merge=type; startTime#2 time?; completionTime#3 time?;
            active#4 int32; succeeded#5 int32; failed#6 int32; terminating#11 int32?; completedIndexes#7 string;
            failedIndexes#10 string?; uncountedTerminatedPods#8 UncountedTerminatedPods; ready#9 int32?
        JobTemplateSpec: metadata#1 ObjectMeta!; spec#2 JobSpec!
        PodFailurePolicy: rules#1 [PodFailurePolicyRule]!*
        PodFailurePolicyOnExitCodesRequirement: containerName#1 string?; operator#2 string!*; values#3 [int32]!* set
        PodFailurePolicyOnPodConditionsPattern: type#1 string!*; status#2 string =True
        PodFailurePolicyRule: action#1 string!*; onExitCodes#2 PodFailurePolicyOnExitCodesRequirement;
            onPodConditions#3 [PodFailurePolicyOnPodConditionsPattern]
        SuccessPolicy: rules#1 [SuccessPolicyRule]!*
        SuccessPolicyRule: succeededIndexes#1 string?; succeededCount#2 int32?
        UncountedTerminatedPods: succeeded#1 [string] set; failed#2 [string] set
        @ io.k8s.api.autoscaling.v2
        ContainerResourceMetricSource: name#1 string!*; target#2 MetricTarget!*; container#3 string!*
        ContainerResourceMetricStatus: name#1 string!*; current#2 MetricValueStatus!*; container#3 string!*
        CrossVersionObjectReference: kind#1 string!*; name#2 string!*; apiVersion#3 string
        ExternalMetricSource: metric#1 MetricIdentifier!*; target#2 MetricTarget!*
        ExternalMetricStatus: metric#1 MetricIdentifier!*; current#2 MetricValueStatus!*
        HPAScalingPolicy: type#1 string!*; value#2 int32!*; periodSeconds#3 int32!*
        HPAScalingRules: stabilizationWindowSeconds#3 int32?; selectPolicy#1 string?; policies#2 [HPAScalingPolicy];
            tolerance#4 quantity?
        HorizontalPodAutoscaler: metadata#1 ObjectMeta!; spec#2 HorizontalPodAutoscalerSpec!*;
            status#3 HorizontalPodAutoscalerStatus!
        HorizontalPodAutoscalerBehavior: scaleUp#1 HPAScalingRules; scaleDown#2 HPAScalingRules
        HorizontalPodAutoscalerCondition: type#1 string!*; status#2 string!*; lastTransitionTime#3 time!;
            reason#4 string; message#5 string; observedGeneration#6 int64?
        HorizontalPodAutoscalerSpec: scaleTargetRef#1 CrossVersionObjectReference!*; minReplicas#2 int32? =1;
            maxReplicas#3 int32!*; metrics#4 [MetricSpec]; behavior#5 HorizontalPodAutoscalerBehavior
        HorizontalPodAutoscalerStatus: observedGeneration#1 int64?; lastScaleTime#2 time?; currentReplicas#3 int32;
            desiredReplicas#4 int32!*; currentMetrics#5 [MetricStatus]!;
            conditions#6 [HorizontalPodAutoscalerCondition] key=type patch=merge merge=type
        MetricIdentifier: name#1 string!*; selector#2 LabelSelector
        MetricSpec: type#1 string!*; object#2 ObjectMetricSource; pods#3 PodsMetricSource;
            resource#4 ResourceMetricSource; containerResource#7 ContainerResourceMetricSource;
            external#5 ExternalMetricSource
        MetricStatus: type#1 string!*; object#2 ObjectMetricStatus; pods#3 PodsMetricStatus;
            resource#4 ResourceMetricStatus; containerResource#7 ContainerResourceMetricStatus;
            external#5 ExternalMetricStatus
        MetricTarget: type#1 string!*; value#2 quantity?; averageValue#3 quantity?; averageUtilization#4 int32?
        MetricValueStatus: value#1 quantity?; averageValue#2 quantity?; averageUtilization#3 int32?
        ObjectMetricSource: describedObject#1 CrossVersionObjectReference!*; target#2 MetricTarget!*;
            metric#3 MetricIdentifier!*
        ObjectMetricStatus: metric#1 MetricIdentifier!*; current#2 MetricValueStatus!*;
            describedObject#3 CrossVersionObjectReference!*
        PodsMetricSource: metric#1 MetricIdentifier!*; target#2 MetricTarget!*
        PodsMetricStatus: metric#1 MetricIdentifier!*; current#2 MetricValueStatus!*
        ResourceMetricSource: name#1 string!*; target#2 MetricTarget!*
        ResourceMetricStatus: name#1 string!*; current#2 MetricValueStatus!*
        @ io.k8s.api.autoscaling.v1
        Scale: metadata#1 ObjectMeta!; spec#2 ScaleSpec!; status#3 ScaleStatus!
        ScaleSpec: replicas#1 int32
        ScaleStatus: replicas#1 int32!*; selector#2 string
        @ io.k8s.api.policy.v1
        Eviction: metadata#1 ObjectMeta!; deleteOptions#2 DeleteOptions
        PodDisruptionBudget: metadata#1 ObjectMeta!; spec#2 PodDisruptionBudgetSpec!;
            status#3 PodDisruptionBudgetStatus!
        PodDisruptionBudgetSpec: minAvailable#1 intOrString?; selector#2 LabelSelector patch=replace;
            maxUnavailable#3 intOrString?; unhealthyPodEvictionPolicy#4 string? in=AlwaysAllow|IfHealthyBudget
        PodDisruptionBudgetStatus: observedGeneration#1 int64; disruptedPods#2 {time}; disruptionsAllowed#3 int32!;
            currentHealthy#4 int32!; desiredHealthy#5 int32!; expectedPods#6 int32!;
            conditions#7 [Condition] key=type patch=merge merge=type
        @ io.k8s.api.scheduling.v1
        PriorityClass: metadata#1 ObjectMeta!; value#2 int32!; globalDefault#3 bool; description#4 string;
            preemptionPolicy#5 string? =PreemptLowerPriority
        """#
}
