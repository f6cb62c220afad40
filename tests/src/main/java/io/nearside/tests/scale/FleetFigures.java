package io.nearside.tests.scale;

/**
 * What the bus of one fleet cost. Rates are per second; those of one sidecar are means over the
 * fleet.
 *
 * @param framesSent frames that all sidecars together hand to the transport
 * @param framesReceived frames that one sidecar receives
 * @param bytesSent bytes that one sidecar hands to the transport, sealed
 * @param bytesReceived bytes that one sidecar receives, sealed
 * @param everywhereMillis50 half of the writes were invalidated in every other sidecar within this
 * @param everywhereMillisMax all of them were
 * @param joinFrames frames received in the whole fleet because one more sidecar joined
 */
record FleetFigures(
    FleetShape shape,
    double framesSent,
    double framesReceived,
    double bytesSent,
    double bytesReceived,
    double everywhereMillis50,
    double everywhereMillisMax,
    double joinFrames) {}
