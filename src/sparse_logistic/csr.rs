//! Compressed sparse rows: the records of this algorithm.
//!
//! A row keeps only its non-zeros: 32-bit column indices beside 32-bit values, 8 bytes each, which lets 56 million of
//! them rest in half a gigabyte. Every value is finite and every column in range from the moment a row is pushed, so
//! nothing downstream checks again. Columns of a row may come in any order; a column given twice adds up. There is no
//! arithmetic here beyond selection; the model does its own.

use linfa::dataset::Records;
use ndarray::Array2;

use super::error::{Error, Result};

/// Sparse records of shape `(n_samples, n_features)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Csr {
    columns: usize,
    /// Where each row begins in `indices` and `values`; one more entry than rows, the last is the number of non-zeros.
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<f32>,
}

/// One row: column indices and values, of equal length.
pub type Row<'a> = (&'a [u32], &'a [f32]);

impl Csr {
    /// A matrix of no rows and `columns` columns (at most [`u32::MAX`]).
    ///
    /// # Errors
    /// [`Error::TooManyColumns`].
    pub fn new(columns: usize) -> Result<Self> {
        if u32::try_from(columns).is_err() {
            return Err(Error::TooManyColumns { columns });
        }
        Ok(Self { columns, starts: vec![0], indices: Vec::new(), values: Vec::new() })
    }

    /// Appends a row given as (column, value) pairs; on error the matrix is as before.
    ///
    /// # Errors
    /// [`Error::Column`] for a column out of range, [`Error::Value`] for a value that is not finite.
    pub fn push_row(&mut self, row: &[(u32, f32)]) -> Result<()> {
        let position = self.rows();
        for &(column, value) in row {
            if column as usize >= self.columns {
                return Err(Error::Column { row: position, column, columns: self.columns });
            }
            if !value.is_finite() {
                return Err(Error::Value { row: position, column, value: f64::from(value) });
            }
        }
        self.indices.extend(row.iter().map(|&(column, _)| column));
        self.values.extend(row.iter().map(|&(_, value)| value));
        self.starts.push(self.indices.len());
        Ok(())
    }

    /// The non-zeros of a dense matrix of shape `(n_samples, n_features)`; values are narrowed to 32 bits.
    ///
    /// # Errors
    /// [`Error::TooManyColumns`], and [`Error::Value`] for a value that is not finite in 32 bits.
    pub fn from_dense<F: Copy + Into<f64>>(dense: &Array2<F>) -> Result<Self> {
        let mut sparse = Self::new(dense.ncols())?;
        let mut row = Vec::with_capacity(dense.ncols());
        for (position, values) in dense.rows().into_iter().enumerate() {
            row.clear();
            for (column, &value) in (0u32..).zip(values) {
                let value: f64 = value.into();
                let narrow = value as f32;
                if !narrow.is_finite() {
                    return Err(Error::Value { row: position, column, value });
                }
                if narrow != 0.0 {
                    row.push((column, narrow));
                }
            }
            sparse.push_row(&row)?;
        }
        Ok(sparse)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Number of stored values.
    pub fn nonzeros(&self) -> usize {
        self.indices.len()
    }

    /// Columns and values of row `position`; `None` beyond the last row.
    pub fn row(&self, position: usize) -> Option<Row<'_>> {
        let (&start, &end) = (self.starts.get(position)?, self.starts.get(position + 1)?);
        Some((self.indices.get(start..end)?, self.values.get(start..end)?))
    }

    /// The rows from `range`, in order; positions beyond the last row are left out.
    pub fn rows_in(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = Row<'_>> {
        range.map_while(|position| self.row(position))
    }

    /// The given columns, renumbered by their position in `columns`; all rows stay, if only empty.
    ///
    /// # Errors
    /// [`Error::SelectedColumn`] for a column out of range, [`Error::RepeatedColumn`] for one selected twice.
    pub fn select_columns(&self, columns: &[u32]) -> Result<Self> {
        let mut renumbered = vec![None; self.columns];
        for (position, &column) in (0u32..).zip(columns) {
            match renumbered.get_mut(column as usize) {
                Some(slot @ None) => *slot = Some(position),
                Some(Some(_)) => return Err(Error::RepeatedColumn { column }),
                None => return Err(Error::SelectedColumn { column, columns: self.columns }),
            }
        }
        let mut selected = Self::new(columns.len())?;
        selected.starts.reserve(self.rows());
        for (indices, values) in self.rows_in(0..self.rows()) {
            for (&column, &value) in indices.iter().zip(values) {
                if let Some(&Some(position)) = renumbered.get(column as usize) {
                    selected.indices.push(position);
                    selected.values.push(value);
                }
            }
            selected.starts.push(selected.indices.len());
        }
        Ok(selected)
    }

    /// The given rows in the given order; a row may be selected more than once.
    ///
    /// # Errors
    /// [`Error::Row`] for a row out of range.
    pub fn select_rows(&self, rows: &[usize]) -> Result<Self> {
        let mut selected = Self::new(self.columns)?;
        selected.starts.reserve(rows.len());
        for &row in rows {
            let (indices, values) = self.row(row).ok_or(Error::Row { row, rows: self.rows() })?;
            selected.indices.extend_from_slice(indices);
            selected.values.extend_from_slice(values);
            selected.starts.push(selected.indices.len());
        }
        Ok(selected)
    }
}

impl Records for Csr {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.rows()
    }

    fn nfeatures(&self) -> usize {
        self.columns
    }
}
