//! Fits the stance head of one recurring target on a site's labelled comments, and says by cross-validation whether that
//! beats the general head. A head that does not is not kept.

use std::path::Path;

use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

use super::{
    corpus::{CorpusError, Row, rows_and_hash},
    dense::below,
    hashed::{Example, Settings, fit},
    metrics::{best, macro_f1},
    stance::stance,
};
use crate::{
    classifier::{
        Figure, Model,
        hashed::Hashed,
        stance::{Comment, Route, StanceParams},
        target::{FEATURES, TargetHead, is_same, seen},
        valence::Tone,
        words::{Lexicon, Reading},
    },
    text::Text,
};

/// Fewest labelled comments.
pub const MIN_ROWS: usize = 40;
/// Fewest comments of a side.
const MIN_OF_A_SIDE: usize = 8;
const FOLDS: usize = 5;
const BUCKETS: usize = 1 << 14;
const L2: f64 = 1.0;
/// Fewest named sides from which a precision is told.
const MIN_NAMED: usize = 10;
/// Sides must be right this often where one is named.
const PRECISION: f64 = 0.65;
/// Of so many resamples ...
const RESAMPLES: usize = 500;
/// ... the head must beat the general one in this share.
const SURE_TO_BEAT: f64 = 0.95;
/// The sizes of the learning curve.
pub const SIZES: [usize; 5] = [20, 40, 80, 160, 320];

/// Why no head was fitted.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The file cannot be read or fitted.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The model has no general stance head.
    #[error("the model has no stance head to build on")]
    NoStance,
    /// There are too few labelled comments.
    #[error(
        "{rows} labelled comments ({favor} favor, {against} against); at least {MIN_ROWS} are needed, {MIN_OF_A_SIDE} of each side"
    )]
    TooFew {
        /// All.
        rows: usize,
        /// In favor.
        favor: usize,
        /// Against.
        against: usize,
    },
    /// The head is not better than the general one.
    #[error(
        "not better than the general head: macro-F1 {own:.3} against {general:.3}, better than it and than chance in {share:.2} of resamples where {SURE_TO_BEAT} are asked; label more comments"
    )]
    NotBetter {
        /// Macro-F1 of the new head.
        own: f64,
        /// Macro-F1 of the general head.
        general: f64,
        /// The share of resamples in which the new one is better.
        share: f64,
    },
}

/// What cross-validation found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// Labelled comments.
    pub rows: usize,
    /// Macro-F1 of the new head.
    pub own: f64,
    /// Macro-F1 of the general head on the same comments.
    pub general: f64,
    /// The share of resamples in which the new one is better.
    pub better: f64,
    /// From which probability sides are named.
    pub sure: f64,
    /// The share of comments for which one is named.
    pub coverage: f64,
    /// How often a named side is right.
    pub precision: f64,
}

/// Labelled comments on one target, as the head sees them.
pub struct Labelled {
    examples: Vec<Example<FEATURES>>,
    /// What the general head says.
    general: Vec<[f32; 3]>,
    sha256: String,
}

impl Labelled {
    /// Reads comments (`text`, `stance`) for a target. Rows for another `target` are left out.
    ///
    /// # Errors
    /// When the file cannot be read, the model has no stance head, or there are too few comments.
    pub fn read(model: &Model, target: &str, file: &Path) -> Result<Self, TargetError> {
        let (rows, sha256) = rows_and_hash(file)?;
        let rows: Vec<&Row> = rows
            .iter()
            .filter(|row| row.target.as_deref().is_none_or(|other| is_same(other, target)))
            .collect();
        Self::of(model, target, &rows, sha256)
    }

    /// The same, of rows at hand.
    ///
    /// # Errors
    /// When the model has no stance head, or there are too few comments.
    pub fn of(model: &Model, target: &str, rows: &[&Row], sha256: String) -> Result<Self, TargetError> {
        let heads = model.article().and_then(|heads| Some((&heads.lexicon, heads.stance.as_ref()?)));
        let Some((lexicon, general)) = heads else { return Err(TargetError::NoStance) };
        let mut out = Self { examples: Vec::new(), general: Vec::new(), sha256 };
        for row in rows {
            let Some(class) = stance(row) else { continue };
            out.push(row, class, target, general, lexicon);
        }
        let count = |class: usize| out.examples.iter().filter(|e| e.class == class).count();
        let (rows, favor, against) = (out.examples.len(), count(0), count(1));
        if rows < MIN_ROWS || favor.min(against) < MIN_OF_A_SIDE {
            return Err(TargetError::TooFew { rows, favor, against });
        }
        Ok(out)
    }

    fn push(&mut self, row: &Row, class: usize, target: &str, general: &StanceParams, lexicon: &Lexicon) {
        let text = Text::read(&row.text);
        let reading = Reading::new(&text, lexicon);
        let tone = Tone::new(&reading, &lexicon.valence);
        let comment = Comment::new(&text, &reading, &tone);
        let (columns, numbers) = seen(&comment, target, general, lexicon);
        let told = general.probabilities(&comment, target, lexicon);
        self.general.push(told.map_or([0.0, 0.0, 1.0], |(_, probabilities)| probabilities));
        self.examples.push(Example { columns, numbers, class, weight: 1.0, group: 0 });
    }

    /// A shuffled order; folds are every fifth of it.
    fn order(&self, seed: u64) -> Vec<usize> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..self.examples.len()).collect();
        for i in (1..order.len()).rev() {
            order.swap(i, below(&mut rng, i + 1));
        }
        order
    }

    /// For every comment, what a head says that was fitted on at most so many comments of the other folds.
    fn left_out(&self, most: usize, seed: u64) -> Result<Vec<(usize, [f32; 3])>, CorpusError> {
        let order = self.order(seed);
        let mut said = vec![[0.0; 3]; order.len()];
        for fold in 0..FOLDS {
            let (test, train): (Vec<_>, Vec<_>) =
                order.iter().enumerate().partition(|(i, _)| i % FOLDS == fold);
            let kept: Vec<&Example<FEATURES>> =
                train.iter().take(most).filter_map(|(_, at)| self.examples.get(**at)).collect();
            let head = head(&kept)?;
            for (_, at) in test {
                if let (Some(example), Some(slot)) = (self.examples.get(*at), said.get_mut(*at)) {
                    *slot = head.probabilities(&example.columns, &example.numbers);
                }
            }
        }
        Ok(self.examples.iter().map(|e| e.class).zip(said).collect())
    }

    fn classes(&self) -> usize {
        if self.examples.iter().any(|e| e.class == 2) { 3 } else { 2 }
    }

    /// Macro-F1 of heads fitted on 20 to 320 comments, as far as there are enough, beside the general head.
    ///
    /// # Errors
    /// When a fit fails.
    pub fn curve(&self, seed: u64) -> Result<Vec<(usize, f64)>, TargetError> {
        let most = self.examples.len() * (FOLDS - 1) / FOLDS;
        let classes = self.classes();
        let mut out = vec![(0, f1(&self.general_pairs(), classes))];
        for size in SIZES.into_iter().filter(|size| *size <= most) {
            // Few comments make a head that depends on which: the mean of three draws.
            let draws = (0..3).map(|draw| {
                let said = self.left_out(size, seed + draw)?;
                Ok(f1(&pairs(&said), classes))
            });
            // A few comments may happen to lack a side; then there is nothing to fit at this size.
            let Ok(draws) = draws.collect::<Result<Vec<f64>, CorpusError>>() else { continue };
            out.push((size, draws.iter().sum::<f64>() / draws.len() as f64));
        }
        Ok(out)
    }

    fn general_pairs(&self) -> Vec<(usize, usize)> {
        self.examples.iter().map(|e| e.class).zip(self.general.iter().map(|p| best(*p))).collect()
    }

    /// Fits the head, if it beats the general one.
    ///
    /// # Errors
    /// When a fit fails or the head is not better.
    pub fn fit(&self, model: &Model, target: &str, seed: u64) -> Result<(TargetHead, Report), TargetError> {
        let classes = self.classes();
        let said = self.left_out(usize::MAX, seed)?;
        let (own, general) = (pairs(&said), self.general_pairs());
        let better = Self::better(&own, &general, classes, seed);
        let better = better.min(Self::better(&own, &by_chance(&own, seed), classes, seed));
        let (own, general) = (f1(&own, classes), f1(&general, classes));
        if better < SURE_TO_BEAT {
            return Err(TargetError::NotBetter { own, general, share: better });
        }
        let (sure, coverage, precision) = threshold(&said);
        let report = Report { rows: said.len(), own, general, better, sure, coverage, precision };
        let figures = [
            ("macro-F1, 5-fold", own),
            ("macro-F1 of the general head", general),
            ("share with a side", coverage),
            ("named sides right", precision),
        ];
        let head = TargetHead {
            target: target.trim().to_owned(),
            language: model.language().to_owned(),
            model_sha256: model.sha256().to_owned(),
            route: Route {
                head: head(&self.examples.iter().collect::<Vec<_>>())?,
                sure: sure as f32,
                sure_neutral: 0.5,
            },
            rows: u32::try_from(said.len()).unwrap_or(u32::MAX),
            labelled_sha256: self.sha256.clone(),
            figures: figures.map(|(name, value)| Figure { name: name.to_owned(), value }).to_vec(),
        };
        Ok((head, report))
    }

    /// The share of resamples in which one set of pairs has the higher macro-F1.
    fn better(own: &[(usize, usize)], general: &[(usize, usize)], classes: usize, seed: u64) -> f64 {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let wins = (0..RESAMPLES).filter(|_| {
            let picked: Vec<usize> = own.iter().map(|_| below(&mut rng, own.len())).collect();
            let of = |pairs: &[(usize, usize)]| {
                f1(&picked.iter().filter_map(|i| pairs.get(*i).copied()).collect::<Vec<_>>(), classes)
            };
            of(own) > of(general)
        });
        wins.count() as f64 / RESAMPLES as f64
    }
}

fn head(examples: &[&Example<FEATURES>]) -> Result<Hashed, CorpusError> {
    fit(examples, Settings { head: "target", buckets: BUCKETS, l2: L2, numbers_scale: 1.0, calibrate: false })
}

fn pairs(said: &[(usize, [f32; 3])]) -> Vec<(usize, usize)> {
    said.iter().map(|(gold, p)| (*gold, best(*p))).collect()
}

fn f1(pairs: &[(usize, usize)], classes: usize) -> f64 {
    macro_f1(&pairs.iter().collect::<Vec<_>>(), classes).unwrap_or_default()
}

/// The same labels said of other comments: what the mere frequencies of the labels are worth.
fn by_chance(pairs: &[(usize, usize)], seed: u64) -> Vec<(usize, usize)> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let gold = pairs.iter().map(|pair| pair.0);
    gold.map(|gold| (gold, pairs.get(below(&mut rng, pairs.len())).map_or(0, |pair| pair.1))).collect()
}

/// The lowest probability from which enough named sides are right often enough, with coverage and precision there; where there
/// is none, one that names no side.
fn threshold(said: &[(usize, [f32; 3])]) -> (f64, f64, f64) {
    let at = |sure: f64| {
        let named: Vec<bool> = said
            .iter()
            .filter(|(_, [favor, against, _])| f64::from(favor.max(*against)) >= sure)
            .map(|(gold, [favor, against, _])| *gold == usize::from(against > favor))
            .collect();
        let right = named.iter().filter(|right| **right).count() as f64 / named.len().max(1) as f64;
        let enough = named.len() >= MIN_NAMED && right >= PRECISION;
        enough.then(|| (sure, named.len() as f64 / said.len().max(1) as f64, right))
    };
    (0..10).find_map(|step| at(0.5 + f64::from(step) * 0.05)).unwrap_or((1.0, 0.0, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::{Model, target::LoadedTarget};

    #[test]
    fn a_side_is_named_only_from_where_enough_are_right_often_enough() {
        let said = |sure: f32, right: usize, wrong: usize| {
            let rows = [(0, right), (1, wrong)].into_iter();
            rows.flat_map(move |(gold, count)| std::iter::repeat_n((gold, [sure, 0.0, 0.0]), count))
        };
        let never_right: Vec<_> = said(0.97, 20, 20).collect();
        assert_eq!(threshold(&never_right), (1.0, 0.0, 0.0));
        let few: Vec<_> = said(0.97, 5, 0).collect();
        assert_eq!(threshold(&few), (1.0, 0.0, 0.0));
        let good: Vec<_> = said(0.72, 18, 2).chain(said(0.52, 2, 18)).collect();
        let (sure, coverage, precision) = threshold(&good);
        let found = [(sure, 0.55), (coverage, 0.5), (precision, 0.9)];
        assert!(found.iter().all(|(is, should)| (is - should).abs() < 1e-9), "{found:?}");
    }

    const ENGLISH: &[u8] = include_bytes!("../../models/english.comity");
    const TARGET: &str = "congestion charge";

    fn rows(count: usize) -> Vec<Row> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/corpus/congestion_charge_en.tsv");
        rows_and_hash(&file).unwrap().0.into_iter().take(count).collect()
    }

    fn labelled(model: &Model, rows: &[Row]) -> Result<Labelled, TargetError> {
        Labelled::of(model, TARGET, &rows.iter().collect::<Vec<_>>(), String::new())
    }

    #[test]
    fn some_hundred_comments_make_a_head_that_beats_the_general_one() {
        let model = Model::from_bytes(ENGLISH).unwrap();
        let (head, report) = labelled(&model, &rows(420)).unwrap().fit(&model, TARGET, 1).unwrap();
        assert!(report.own > report.general + 0.03 && report.better >= SURE_TO_BEAT, "{report:?}");
        assert_eq!(head.model_sha256, model.sha256());
        assert_eq!(LoadedTarget::from_bytes(&head.to_bytes().unwrap()).unwrap().head(), &head);
    }

    #[test]
    fn labels_without_sense_are_not_kept() {
        let model = Model::from_bytes(ENGLISH).unwrap();
        let mut noise = rows(120);
        for (i, row) in noise.iter_mut().enumerate() {
            row.stance = Some(if i * 7 % 13 < 6 { "favor" } else { "against" }.to_owned());
        }
        let refused = labelled(&model, &noise).unwrap().fit(&model, TARGET, 1).unwrap_err();
        assert!(matches!(refused, TargetError::NotBetter { .. }), "{refused}");
    }

    #[test]
    fn too_few_comments_are_refused_with_their_number() {
        let model = Model::from_bytes(ENGLISH).unwrap();
        let Err(refused) = labelled(&model, &rows(39)) else { panic!("39 comments are too few") };
        assert!(refused.to_string().starts_with("39 labelled comments"), "{refused}");
    }

    #[test]
    fn the_curve_begins_with_the_general_head_and_climbs() {
        let model = Model::from_bytes(ENGLISH).unwrap();
        let curve = labelled(&model, &rows(420)).unwrap().curve(1).unwrap();
        assert_eq!(curve.iter().map(|(size, _)| *size).collect::<Vec<_>>(), [0, 20, 40, 80, 160, 320]);
        let at = |size: usize| curve.iter().find(|(s, _)| *s == size).unwrap().1;
        assert!(at(320) > at(20) && at(320) > at(0), "{curve:?}");
    }
}
