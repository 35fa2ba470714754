//! Names of places for titles, from a built-in list of 145,000 places.

use reverse_geocoder::ReverseGeocoder;
use tallylight_media::recording::Place;

/// How far the nearest place may be from the recording, in kilometres.
const MAX_DISTANCE: f64 = 50.0;
/// The radius of the earth in kilometres.
const EARTH_RADIUS: f64 = 6371.0;

/// Returns the name of the nearest place; `None` at sea. The list is loaded for each call and dropped afterwards: calls
/// are rare, and it takes 30 MB.
pub async fn name(place: Place) -> Option<String> {
    let search = move || {
        let places = ReverseGeocoder::new();
        let nearest = places.search((place.latitude, place.longitude)).record;
        let is_near = distance(place, Place { latitude: nearest.lat, longitude: nearest.lon }) <= MAX_DISTANCE;
        is_near.then(|| nearest.name.clone())
    };
    tokio::task::spawn_blocking(search).await.ok().flatten()
}

/// Returns the distance of two places in kilometres, with the haversine formula.
fn distance(a: Place, b: Place) -> f64 {
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let cosines = a.latitude.to_radians().cos() * b.latitude.to_radians().cos();
    let part = half(a.latitude, b.latitude) + cosines * half(a.longitude, b.longitude);
    2.0 * EARTH_RADIUS * part.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn place_name_is_the_nearest_town_and_none_at_sea() {
        assert_eq!(name(Place { latitude: 64.1466, longitude: -21.9426 }).await.as_deref(), Some("Reykjavik"));
        assert_eq!(name(Place { latitude: 0.5, longitude: -30.0 }).await, None);
    }
}
