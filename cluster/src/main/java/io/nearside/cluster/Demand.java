package io.nearside.cluster;

/**
 * What a peer wants and holds of a shared resource, in units of the resource.
 *
 * @param node its id
 */
public record Demand(String node, int wanted, int held) {}
