"""Every threshold of gate, tracker and rules in one place: value, unit, reason.

Scores are not here: a model brings its own (`vision.models.OperatingPoints`). Limits, hours
and places belong to zones (zones.toml).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GateTuning:
    """When a picture is worth a detection."""

    #: Width of the picture motion is looked for in; a person at 60 m still covers 2 × 5 of it.
    width_px: int = 160
    #: Grey levels a cell must change; sensor noise averaged over a cell stays below 4.
    change_levels: int = 10
    #: Share of cells that must change: 8 of 14,400 are one distant pedestrian.
    changed_share: float = 0.0006
    #: Motion keeps the gate open this long, so that a thing that just stopped is seen standing.
    hold_s: float = 1.5
    #: Without motion the gate opens this often: what stands must stay confirmed.
    idle_interval_s: float = 4.0
    #: The same for cameras with a smoke_watch zone: thin smoke moves little.
    idle_interval_smoke_s: float = 1.0


@dataclass(frozen=True, slots=True)
class TrackerTuning:
    """How sightings become tracks. Lengths are in sizes of the object's own box."""

    #: How far a thing may move per second: a car of 4.5 m at 60 km/h makes 3.7 lengths.
    reach_per_s: float = 3.7
    #: Floor of the reach: box jitter of a detector.
    reach_min: float = 0.5
    #: A standing thing is found again only where it stands.
    still_iou_min: float = 0.25
    #: A moving thing unseen for this long is gone (out of the picture or behind something).
    lost_moving_s: float = 2.0
    #: A standing one: its place is then free for another; a stay remembers it longer.
    lost_still_s: float = 4.0
    #: Overlap from which the anchor of a standing thing still fits.
    anchor_iou_min: float = 0.5
    #: ... or this much of the smaller box is inside (half-hidden vehicles get half boxes).
    anchor_containment_min: float = 0.85
    #: Sightings the anchor is averaged over before it stays fixed.
    anchor_sample_count: int = 8
    #: A measurement off the anchor is an outlier unless it lasts this long.
    outlier_s: float = 0.9
    #: Displacement, in sizes, from which a thing was seen to travel.
    travelled_sizes: float = 0.7


@dataclass(frozen=True, slots=True)
class StayTuning:
    """Something that stands: parking and stalls."""

    #: A track must stand this long before it is held for a stay.
    settle_s: float = 1.0
    #: Overlap from which a standing track belongs to a known stay.
    match_iou_min: float = 0.35
    #: Correlation of the picture patch from which the same thing still stands there.
    same_patch: float = 0.6
    #: The same for one that seemed to travel (tracks of neighbours mix) but was there at start.
    same_patch_travelled: float = 0.75
    #: Below this correlation it is certainly another picture.
    other_patch: float = 0.3
    #: Share of the box that something passing must cover to explain a change.
    covering_share: float = 0.2
    #: After something passing left, the stay has this long to be seen again.
    cover_grace_s: float = 1.5
    #: A place plainly seen without it for this long was empty: what stops there next is another,
    #: even if it looks the same.
    emptied_s: float = 1.5
    #: Without sight, likeness or cover for this long it has left.
    leave_s: float = 3.0
    #: What the detector found in this share of the looks it seldom misses: unseen, it must look
    #: as it usually does, less this much (an empty kerb reached 0.74 against a usual 0.94) ...
    seldom_missed: float = 0.7
    usual_slack: float = 0.12
    #: ... or it has left after this long: a shadow may do the same for a moment.
    doubt_s: float = 4.5
    #: What nobody was told of yet and the detector misses for this long is none: at a share of
    #: 0.25 it would have been seen in one of sixty looks, all but one time in thirty million.
    phantom_s: float = 30.0
    #: Looks a stay needs before anything is raised: one false box is not a vehicle.
    sightings_min: int = 3
    #: Share of the looks in which the detector must have found it: a bin that is called a car
    #: now and then is none.
    sighting_share: float = 0.25
    #: New picture's share when the remembered patch follows the light, and how often it does.
    patch_follow: float = 0.05
    patch_interval_s: float = 1.0
    #: Before anything is raised the picture must have shown the very thing within this time: a
    #: box alone also fits the next vehicle that passes the place.
    alike_within_s: float = 2.5

    #: The same at night: noise at high gain costs a sixth of the likeness.
    same_patch_night: float = 0.48
    #: A stay too flat to recognise may be missed this many times longer at night.
    night_patience: float = 3.0
    #: After the light switched, the picture settles for this long before looks are taken anew ...
    relight_s: float = 2.0
    #: ... and at the latest after this long, whatever stands in front.
    relight_max_s: float = 20.0
    #: A PTZ camera that looked elsewhere for longer: the time nobody saw does not count.
    away_max_s: float = 600.0


@dataclass(frozen=True, slots=True)
class ParkingTuning:
    #: Share of the lower half of the vehicle that must stand in the zone.
    inside_share: float = 0.5
    #: Vehicles that stopped within this time of each other, nose to tail, are a queue ...
    queue_window_s: float = 15.0
    #: ... (as are those that stood so at start, and one cut off by the picture's edge) ...
    #: ... when there are at least this many ...
    queue_count_min: int = 3
    #: ... not further apart than this (sizes) ...
    queue_gap_sizes: float = 1.8
    #: ... and a red light does not last longer than this beyond the zone's limit.
    queue_patience_s: float = 120.0
    #: When the first of a queue drive off, the last have this long to follow.
    queue_release_s: float = 15.0
    #: Whoever is passed by this many vehicles does not wait for anything ...
    passed_count_min: int = 2
    #: ... that drive by within this distance (sizes): the next lane is one away.
    beside_sizes: float = 1.6
    #: Where this many drove through lately, within this distance (sizes), is a lane.
    lane_count_min: int = 2
    lane_sizes: float = 0.4


@dataclass(frozen=True, slots=True)
class StallTuning:
    inside_share: float = 0.3
    #: Share of a stall's lower half that must stand in its licensed place: goods may spread a
    #: little beyond the line, half of the stall may not.
    licensed_share: float = 0.6
    #: A keeper stands within this distance (sizes of the stall) of its middle.
    keeper_reach_sizes: float = 1.3
    #: Share of the dwell a keeper must have been there when only parts were seen.
    keeper_share: float = 0.5
    #: ... and when a stall was there from the start: a kiosk or a bush has no keeper at all.
    keeper_share_before: float = 0.1


@dataclass(frozen=True, slots=True)
class CycleTuning:
    #: Share of the lower half of the cycle that must stand in the zone.
    inside_share: float = 0.5
    #: Cycles not further apart than this (sizes) are one row and one alert.
    row_gap_sizes: float = 1.5


@dataclass(frozen=True, slots=True)
class CrowdTuning:
    """A density, not a count: detectors lose every second person of a dense crowd."""

    #: Share of the lower half of a person that must be in the zone.
    inside_share: float = 0.5
    #: Somebody hidden for this long still counts.
    seen_within_s: float = 2.0
    #: How slowly the density follows what is seen: a group that crosses is no crowd.
    smooth_s: float = 4.0
    #: Longest time between two pictures that one of them may speak for.
    gap_s: float = 4.0
    #: Below this level (1 = the zone's limit) for this long the crowd is over.
    thin_level: float = 0.7
    clear_s: float = 15.0
    #: Rising or falling: by this much against so long ago.
    trend_s: float = 30.0
    trend_change: float = 0.2


@dataclass(frozen=True, slots=True)
class SmokeTuning:
    #: Share of the looks since the beginning in which it must have been seen.
    persistence_share: float = 0.6
    #: Share of the box that must lie in a smoke_watch zone.
    inside_share: float = 0.2
    #: Share of the box inside a mask zone from which it is ignored (chimney, steam).
    masked_share: float = 0.6
    #: Boxes whose neighbourhood (this share of their size on each side) touches are one fire.
    neighbourhood_share: float = 0.6
    #: A candidate unseen for this long is forgotten.
    forget_s: float = 3.0
    #: A raised fire unseen for this long is over: smoke comes and goes with the wind.
    clear_s: float = 15.0
    #: Grey levels by which a cell of the region must differ from a second ago to count ...
    change_levels: int = 10
    #: ... and share of its cells that must, in the median look: distant plumes reach 0.08,
    #: small fires 0.06, traffic cones stay below 0.01 (measured on clips, smoothed cells).
    changed_share: float = 0.03
    #: ... and at night, when the noise of a high gain moves cells by itself.
    change_levels_night: int = 16
    #: At night lamps look like flames: this many second looks in a row must agree.
    second_looks_night: int = 2
    #: It began when this share of its place changed, at most this long before it was first seen:
    #: a young fire is too small for a detector.
    onset_share: float = 0.06
    onset_s: float = 2.5
    #: One look that changed this much is as good as two: a plume that rolls, not a swaying tape.
    changed_strongly: float = 0.3
    #: Share of the zone's limit over which it must have been seen itself: of 3 s, the fourth of
    #: looks half a second apart, also when they come a few hundredths early.
    seen_share: float = 0.45
    #: What looks this much (correlation) as it did this long before it was noticed stood there
    #: all along: a cone with a flapping tape reaches 0.80-0.94, flames 0.06.
    former_likeness: float = 0.7
    former_s: float = 3.0
    #: Travel, in sizes per second, above which it is a vehicle or a bag, not smoke.
    travel_sizes_per_s: float = 0.6
    #: Part of the picture's width from which a second look at a crop shows nothing new.
    second_look_width_max: float = 0.5
    #: Margin around the crop of a second look, in sizes.
    second_look_margin: float = 0.5
    #: Share of the model's operating point the second look must reach.
    second_look_share: float = 0.8
    second_look_interval_s: float = 0.4


@dataclass(frozen=True, slots=True)
class LightTuning:
    #: Mean brightness below which it is dark, and up to which it stays so.
    dark_below: float = 40.0
    dark_until: float = 55.0
    #: A spot this far from grey is coloured; share of them in a scene in colour, and by infrared.
    coloured_levels: float = 4.0
    coloured: float = 0.15
    grey: float = 0.005
    #: A filter switches at once; dusk takes its time.
    switch_s: float = 1.0
    dusk_s: float = 5.0
    interval_s: float = 1.0


@dataclass(frozen=True, slots=True)
class SanityTuning:
    #: Contrast (standard deviation of grey levels) below which the lens is covered.
    blocked_contrast: float = 6.0
    #: Edge energy, as a share of this camera's usual, below which it is out of focus.
    defocused_share: float = 0.25
    #: Correlation with the usual edges below which the camera looks elsewhere.
    moved_correlation: float = 0.25
    #: ... and from which it looks at the usual place again.
    back_correlation: float = 0.45
    #: A condition counts when it lasts this long.
    lasting_s: float = 4.0
    #: How fast the usual picture follows the day, seconds.
    follow_s: float = 300.0
    interval_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Tuning:
    """All of it; a site changes what `[vision]` of site.toml offers."""

    gate: GateTuning = GateTuning()
    tracker: TrackerTuning = TrackerTuning()
    stay: StayTuning = StayTuning()
    parking: ParkingTuning = ParkingTuning()
    stall: StallTuning = StallTuning()
    cycles: CycleTuning = CycleTuning()
    crowd: CrowdTuning = CrowdTuning()
    smoke: SmokeTuning = SmokeTuning()
    sanity: SanityTuning = SanityTuning()
    light: LightTuning = LightTuning()
    #: A stay too flat to be recognised (fog, night) has left when unseen for this long.
    lost_after_s: float = 20.0
    #: At most one alert.updated per alert in this time (CONTRACT §5).
    update_interval_s: float = 5.0
