package io.nearside.tests.broken.cluster;

/** A cluster that reaches up, and Hazelcast outside its package. */
public record KnowsTests(
    io.nearside.tests.broken.tests.Demo a, com.hazelcast.core.HazelcastInstance b) {}
